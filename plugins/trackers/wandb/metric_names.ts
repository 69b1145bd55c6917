// Names that W&B or aero gives a meaning: those that begin with _, and aero's own columns.
const TAKEN = /^(_|aero\/|aero$)/;
const ESCAPE = "aero/metric/";

/** A metric's name as a column of the history. */
export function toHistoryName(name: string): string {
  return TAKEN.test(name) ? `${ESCAPE}${name}` : name;
}

/** The metric of a column; `undefined` if it is W&B's own or aero's. */
export function fromHistoryName(column: string): string | undefined {
  if (column.startsWith(ESCAPE)) return column.slice(ESCAPE.length);
  return TAKEN.test(column) ? undefined : column;
}
