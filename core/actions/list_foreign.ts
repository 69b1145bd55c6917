import type { App } from "../app.ts";
import type { ForeignRun } from "../plugin/tracker.ts";
import { parseTracked, trackerNamed } from "./tracked_reference.ts";
import { trackedRuns } from "./tracked_runs.ts";

/** Runs as a tracker has them. */
export interface ForeignRuns {
  readonly type: "foreign-runs";
  /** Name of the tracker. */
  readonly tracker: string;
  readonly runs: readonly ForeignRun[];
  /** Whether the limit left some out. */
  readonly more: boolean;
}

/**
 * Runs of a tracker, newest first, whoever made them; those of a group as {@link trackedRuns} chooses it.
 *
 * @param from `<tracker>`, `<tracker>:<group>` or `<tracker>:*`, as typed.
 * @throws {UserError} `tracker_unknown`, `offline`; {TrackerError} as {@link Tracker.list}.
 */
export async function listForeign(app: App, from: string, limit: number | undefined): Promise<ForeignRuns> {
  const { tracker: name, id: asked } = parseTracked(from) ?? { tracker: from, id: undefined };
  const to = await trackerNamed(app, name);
  const runs = await Array.fromAsync(trackedRuns(app, to, {
    ...(asked === undefined ? {} : { asked }),
    // One more tells whether there are more.
    ...(limit === undefined ? {} : { limit: limit + 1 }),
  }));
  const more = limit !== undefined && runs.length > limit;
  return { type: "foreign-runs", tracker: name, runs: more ? runs.slice(0, limit) : runs, more };
}
