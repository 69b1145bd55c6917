import type { MetricPoint } from "../../../core/model/metric.ts";
import { stringifyLoose } from "./loose_json.ts";
import { toHistoryName } from "./metric_names.ts";
import type { OpenRow, Progress } from "./sent_run.ts";

/** Column of the step that the program gave; absent where it gave none. */
export const STEP_COLUMN = "aero/step";

/** Column of the times of values that share a line with an earlier one: JSON in text, by name. */
export const TIMES_COLUMN = "aero/at";

/** Most values of a line that stays open: it is kept with the cursor, and sent with every request. */
const MOST_OPEN = 50;

/** A line of the history, and where it stands. */
export interface HistoryLine {
  readonly number: number;
  readonly text: string;
}

/**
 * Takes points into the history.
 *
 * W&B holds one line per `_step`, and that must increase. The program's own step is used where it can be: values of the
 * same step that come one after another share a line, and what comes with an earlier step, or without a whole one,
 * gets the next free one; the true step stands in a column of its own. Which line a value gets depends on the values
 * before it alone, not on how they were sent, so that sending again writes the same lines at the same places.
 * @returns Lines to write, in order; the first may be one that was sent before, with more in it.
 */
export function takePoints(
  progress: Progress,
  points: readonly MetricPoint[],
): { readonly progress: Progress; readonly lines: readonly HistoryLine[] } {
  let { rows, step, row, at, moved } = progress;
  const lines: HistoryLine[] = [];
  for (const point of points) {
    const named = Object.fromEntries(
      Object.entries(point.values).map(([name, value]) => [toHistoryName(name), value]),
    );
    let open: OpenRow | undefined;
    if (
      row !== undefined && point.step === row.step &&
      Object.keys(named).every((name) => !(name in row!.values))
    ) {
      open = merged(row, named, point.at);
    } else {
      rows++;
      const own = Number.isSafeInteger(point.step) && point.step! > step;
      step = own ? point.step! : step + 1;
      moved ||= !own;
      open = { step: point.step ?? NaN, at: point.at, values: named, times: {} };
    }
    at = Math.max(at, point.at);
    const line = { number: rows - 1, text: textOf(open, step, progress.startedAt) };
    if (lines.at(-1)?.number === line.number) lines[lines.length - 1] = line;
    else lines.push(line);
    row = point.step !== undefined && Object.keys(open.values).length < MOST_OPEN ? open : undefined;
  }
  const { row: _, ...rest } = progress;
  return { progress: { ...rest, rows, step, at, moved, ...(row === undefined ? {} : { row }) }, lines };
}

function merged(row: OpenRow, values: Readonly<Record<string, number>>, at: number): OpenRow {
  const times = at === row.at ? {} : Object.fromEntries(Object.keys(values).map((name) => [name, at]));
  return { ...row, values: { ...row.values, ...values }, times: { ...row.times, ...times } };
}

function textOf({ step, at, values, times }: OpenRow, own: number, startedAt: number): string {
  return stringifyLoose({
    ...values,
    ...(Number.isNaN(step) ? {} : { [STEP_COLUMN]: step }),
    ...(Object.keys(times).length === 0 ? {} : { [TIMES_COLUMN]: JSON.stringify(times) }),
    _step: own,
    // Seconds, as the epoch's and as the run's.
    _timestamp: at / 1000,
    _runtime: (at - startedAt) / 1000,
  });
}
