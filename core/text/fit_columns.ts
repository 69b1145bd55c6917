import { escapeInline } from "../cli/escape.ts";
import type { Style } from "../cli/style.ts";
import { type TableColumn, textTable } from "../cli/text_table.ts";
import { textWidth } from "../cli/width.ts";

/** A column that may be left out where there is no room for it. */
export interface RankedColumn<Row> extends TableColumn<Row> {
  /** Columns of more worth are kept first; those without stay always. */
  readonly worth?: number;
}

/** Columns that there is room for, in the order they were given. */
export interface FittedColumns<Row> {
  readonly columns: readonly TableColumn<Row>[];
  /** Titles of those that were left out, in order. */
  readonly left: readonly string[];
}

// Lines that are longer are hard to read in a file or a pager too.
const CELLS_ELSEWHERE = 160;
// A text may be cut to this, so that one long value does not keep other columns out.
const LONGEST_TEXT = 24;

/**
 * Leaves out columns for which a terminal has no room, those of least worth first. Elsewhere there is room for 160 cells,
 * and as no text is cut there, a column needs the whole of its longest.
 */
export function fitColumns<Row>(
  rows: readonly Row[],
  columns: readonly RankedColumn<Row>[],
  style: Pick<Style, "columns">,
): FittedColumns<Row> {
  let room = (style.columns ?? CELLS_ELSEWHERE) + 2;
  const kept = new Set<RankedColumn<Row>>();
  const byWorth = columns.toSorted((a, b) =>
    (b.worth ?? Infinity) === (a.worth ?? Infinity) ? 0 : (b.worth ?? Infinity) - (a.worth ?? Infinity)
  );
  for (const column of byWorth) {
    const width = widthOf(rows, column, style.columns !== undefined) + 2;
    if (column.worth !== undefined && width > room) continue;
    room -= width;
    kept.add(column);
  }
  return {
    columns: columns.filter((column) => kept.has(column)),
    left: columns.filter((column) => !kept.has(column)).map((column) => column.title),
  };
}

/** The rows under the columns that there is room for, and a line that names the others and the flag that gives all. */
export function fittedTable<Row>(
  rows: readonly Row[],
  ranked: readonly RankedColumn<Row>[],
  style: Style,
  all: string,
): string {
  const { columns, left } = fitColumns(rows, ranked, style);
  const table = textTable(rows, columns, style);
  return left.length === 0 ? table : table + style.dim(leftOutText(left, all, style)) + "\n";
}

/** Names what was left out, as many as fit in a line, and at least one. */
function leftOutText(left: readonly string[], all: string, { columns = CELLS_ELSEWHERE }: Style): string {
  const naming = (count: number) => {
    const more = left.length - count;
    return `no room for ${left.slice(0, count).join(", ")}${
      more === 0 ? "" : ` and ${more} more`
    }; all: ${all}`;
  };
  let count = left.length;
  while (count > 1 && textWidth(naming(count)) > columns) count--;
  return naming(count);
}

function widthOf<Row>(rows: readonly Row[], column: TableColumn<Row>, mayCut: boolean): number {
  const texts = [column.title, ...rows.map((row) => escapeInline(column.value(row)))];
  const width = Math.max(...texts.map(textWidth));
  return column.shrink === false || !mayCut ? width : Math.min(width, LONGEST_TEXT);
}
