import * as z from "zod";
import { TrackerError } from "../../../core/plugin/tracker.ts";
import type { CallOptions, Connection } from "./connection.ts";
import type { WandbRun } from "./foreign_run.ts";
import { isJsonObject } from "../../../core/model/json.ts";
import { parseLoose } from "./loose_json.ts";
import { HISTORY } from "./queries.ts";
import type { HistoryRow } from "./read_rows.ts";
import type { RunPath } from "./run_path.ts";

/** Steps of a window, and lines that are asked for: a window cannot have more, since steps increase. */
const WINDOW = 1000;

/** Runs of at most so many lines are asked for at once. */
const AT_ONCE = 10_000;

const historySchema = z.looseObject({
  project: z.looseObject({
    run: z.looseObject({ history: z.array(z.union([z.string(), z.looseObject({})])).nullish() }).nullish(),
  }).nullish(),
});

/** The last step of a run's history; `undefined` if it has none. */
function lastStepOf({ historyKeys }: WandbRun): number | undefined {
  const keys = typeof historyKeys === "string" ? parseLoose(historyKeys) : historyKeys;
  const last = isJsonObject(keys) ? keys.lastStep : undefined;
  return typeof last === "number" && last >= 0 ? last : undefined;
}

/**
 * All lines of a run's history, in order.
 *
 * The server thins what has more lines than are asked for. So a window is taken only where it cannot have more, or
 * where as many came as the run has in all; others are halved.
 * @throws {TrackerError} `tracker_refused` if lines are missing.
 */
export async function* readHistory(
  connection: Connection,
  path: RunPath,
  run: WandbRun,
  options: CallOptions,
): AsyncGenerator<HistoryRow> {
  const last = lastStepOf(run);
  if (last === undefined) return;
  const ask = (minStep: number, maxStep: number, samples: number) =>
    askHistory(connection, path, { minStep, maxStep, samples }, options);
  const count = run.historyLineCount ?? Infinity;
  if (count <= AT_ONCE) {
    const rows = await ask(0, last + 1, Math.max(WINDOW, count));
    if (rows.length === count) return yield* rows;
  }
  if (last + 1 <= 10 * count) {
    for (let from = 0; from <= last; from += WINDOW) yield* await ask(from, from + WINDOW, WINDOW);
    return;
  }
  // Few lines far apart, as with clocks for steps. A thinned answer has at least half of what was asked for, so one
  // with fewer is whole; the count in the end shows whether that held.
  let read = 0;
  const windows: [number, number][] = [[0, last + 1]];
  for (let window = windows.pop(); window !== undefined; window = windows.pop()) {
    const [from, to] = window;
    const rows = await ask(from, to, to - from <= WINDOW ? WINDOW : AT_ONCE);
    if (to - from <= WINDOW || rows.length < AT_ONCE / 3) {
      read += rows.length;
      yield* rows;
    } else {
      const middle = from + Math.floor((to - from) / 2);
      windows.push([middle, to], [from, middle]);
    }
  }
  if (read >= count) return;
  throw new TrackerError("tracker_refused", {
    what: options.what,
    why: `the server gave ${read} lines of a history of ${count}`,
  });
}

async function askHistory(
  connection: Connection,
  { entity, project, run: name }: RunPath,
  window: { readonly minStep: number; readonly maxStep: number; readonly samples: number },
  options: CallOptions,
): Promise<HistoryRow[]> {
  const answer = await connection.ask(HISTORY, { entity, project, name, ...window }, historySchema, options);
  const rows = answer.project?.run?.history ?? [];
  return rows.map((row) => typeof row === "string" ? parseLoose(row) as HistoryRow : row);
}
