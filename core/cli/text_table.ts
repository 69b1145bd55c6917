import { escapeInline } from "./escape.ts";
import type { Style } from "./style.ts";
import { cutToWidth, padToWidth, textWidth } from "./width.ts";

/** A column of a table. */
export interface TableColumn<Row> {
  readonly title: string;
  /** The cell's text; control characters in it are made visible. */
  value(row: Row): string;
  /** Colours the padded cell. */
  paint?(text: string, row: Row): string;
  readonly align?: "left" | "right";
  /** Whether the column may be cut to fit a terminal. Default true; ids are not. */
  readonly shrink?: boolean;
}

/**
 * Lays rows out under titles, columns two spaces apart. On a terminal the widest columns are cut until lines fit;
 * elsewhere nothing is. Ends with a newline; empty for no rows.
 */
export function textTable<Row>(
  rows: readonly Row[],
  columns: readonly TableColumn<Row>[],
  style: Style,
): string {
  if (rows.length === 0) return "";
  const cells = rows.map((row) => columns.map((column) => escapeInline(column.value(row))));
  const widths = columns.map((column, i) =>
    Math.max(textWidth(column.title), ...cells.map((row) => textWidth(row[i]!)))
  );
  if (style.columns !== undefined) shrink(widths, columns, style.columns);
  const line = (texts: readonly string[], paint: (text: string, i: number) => string) =>
    texts.map((text, i) => {
      const column = columns[i]!;
      const last = i === columns.length - 1 && column.align !== "right";
      const cut = cutToWidth(text, widths[i]!);
      return paint(last ? cut : padToWidth(cut, widths[i]!, column.align), i);
    }).join("  ").trimEnd();
  const head = line(columns.map((column) => column.title), (text) => style.bold(text));
  const body = rows.map((row, r) => line(cells[r]!, (text, i) => columns[i]!.paint?.(text, row) ?? text));
  return [head, ...body].join("\n") + "\n";
}

function shrink(widths: number[], columns: readonly TableColumn<never>[], available: number): void {
  const least = 6;
  const total = () => widths.reduce((sum, width) => sum + width, 0) + 2 * (widths.length - 1);
  let over = total() - available;
  while (over > 0) {
    let widest = -1;
    for (const [i, width] of widths.entries()) {
      if (columns[i]!.shrink === false || width <= least) continue;
      if (widest < 0 || width > widths[widest]!) widest = i;
    }
    if (widest < 0) return;
    widths[widest]!--;
    over--;
  }
}
