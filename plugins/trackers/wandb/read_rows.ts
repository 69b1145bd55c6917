import type { ForeignPoint } from "../../../core/plugin/tracker.ts";
import { STEP_COLUMN, TIMES_COLUMN } from "./history_rows.ts";
import { fromHistoryName } from "./metric_names.ts";

/** A line of a history, read. */
export type HistoryRow = Readonly<Record<string, unknown>>;

/** The metric values of a line. @param ours Whether aero wrote it: then it names the program's own step. */
export function* pointsOfRow(row: HistoryRow, ours: boolean): Generator<ForeignPoint> {
  const step = ours ? numberIn(row[STEP_COLUMN]) : numberIn(row._step);
  const at = Math.round((numberIn(row._timestamp) ?? 0) * 1000);
  const times = ours ? timesIn(row[TIMES_COLUMN]) : {};
  for (const [column, value] of leaves(row)) {
    const name = ours ? fromHistoryName(column) : column.startsWith("_") ? undefined : column;
    const number = numberIn(value);
    if (name === undefined || number === undefined) continue;
    yield { name, value: number, at: times[column] ?? at, ...(step === undefined ? {} : { step }) };
  }
}

/** Values of objects get the names that W&B shows: with dots. Objects of its own types, such as images, are no numbers. */
function* leaves(value: HistoryRow, before = ""): Generator<[string, unknown]> {
  for (const [name, field] of Object.entries(value)) {
    const nested = typeof field === "object" && field !== null && !Array.isArray(field);
    if (!nested) yield [before + name, field];
    else if (!("_type" in field)) yield* leaves(field as HistoryRow, `${before}${name}.`);
  }
}

/** Some servers give the words of JavaScript as text. */
function numberIn(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  return value === "NaN" || value === "Infinity" || value === "-Infinity" ? Number(value) : undefined;
}

function timesIn(text: unknown): Record<string, number> {
  if (typeof text !== "string") return {};
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
