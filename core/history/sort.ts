import { UserError } from "../errors.ts";
import type { JsonValue } from "../model/json.ts";
import { numberOf } from "./number_text.ts";
import { fixesOfField, type RunField, runField } from "./run_field.ts";
import type { RunSummary } from "./run_summary.ts";

/** An order of runs: the first field counts most. */
export type Sort = readonly { readonly field: RunField; readonly descending: boolean }[];

/**
 * Reads an order: `metrics.rmse,-started`. A dash before a field puts the largest first.
 *
 * @throws {UserError} `sort_invalid` naming near fields.
 */
export function parseSort(text: string): Sort {
  return text.split(",").map((part) => {
    const written = part.trim();
    const descending = written.startsWith("-");
    const name = descending ? written.slice(1) : written;
    const field = runField(name);
    if (field !== undefined) return { field, descending };
    throw new UserError("sort_invalid", {
      what: `Cannot sort by ${JSON.stringify(text)}`,
      why: `there is no field ${JSON.stringify(name)}`,
      fix: fixesOfField(name),
    });
  });
}

/** The runs in an order; equal ones stay as they were, and those without the field come last either way. */
export function sortRuns(runs: readonly RunSummary[], sort: Sort, now: number): RunSummary[] {
  const keyed = runs.map((run) => ({ run, keys: sort.map(({ field }) => sortable(field.of(run, now))) }));
  keyed.sort((a, b) => {
    for (let i = 0; i < sort.length; i++) {
      const order = compareKeys(a.keys[i], b.keys[i], sort[i]!.descending);
      if (order !== 0) return order;
    }
    return 0;
  });
  return keyed.map(({ run }) => run);
}

function sortable(value: JsonValue | undefined): number | string | undefined {
  if (value === undefined || value === null || Number.isNaN(value)) return undefined;
  if (typeof value === "number" || typeof value === "string") return numberOf(value) ?? value;
  return JSON.stringify(value);
}

function compareKeys(
  a: number | string | undefined,
  b: number | string | undefined,
  descending: boolean,
): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? 1 : -1;
  if (a === b) return 0;
  const rising = typeof a === typeof b ? (a < b ? -1 : 1) : typeof a === "number" ? -1 : 1;
  return descending ? -rising : rising;
}
