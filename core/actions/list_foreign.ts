import type { App } from "../app.ts";
import type { ForeignRun } from "../plugin/tracker.ts";
import { parseTracked, trackerNamed } from "./tracked_reference.ts";

/** Runs as a tracker has them. */
export interface ForeignRuns {
  readonly type: "foreign-runs";
  /** Name of the tracker. */
  readonly tracker: string;
  readonly runs: readonly ForeignRun[];
}

/**
 * Runs of a tracker, newest first, whoever made them.
 *
 * @param from `<tracker>` or `<tracker>:<group>`, as typed.
 * @throws {UserError} `tracker_unknown`, `offline`; {TrackerError} as {@link Tracker.list}.
 */
export async function listForeign(app: App, from: string, limit: number | undefined): Promise<ForeignRuns> {
  const { tracker: name, id: group } = parseTracked(from) ?? { tracker: from, id: undefined };
  const { tracker } = await trackerNamed(app, name);
  const runs = await Array.fromAsync(
    tracker.list({
      ...(group === undefined ? {} : { group }),
      ...(limit === undefined ? {} : { limit }),
    }, { signal: app.signal }),
  );
  return { type: "foreign-runs", tracker: name, runs };
}
