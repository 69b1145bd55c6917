import type { App } from "../app.ts";
import { AeroError, isAbort } from "../errors.ts";
import { troubleText } from "../mirror/unopened_tracker.ts";
import { parseRunId } from "../model/run_id.ts";
import type { NamedTracker } from "../plugin/named_tracker.ts";
import { pastRuns } from "./past_runs.ts";
import { lackingRemarks } from "./sync_remarks.ts";

/** A tracker of the config. */
export interface TrackerState {
  readonly type: "tracker";
  readonly name: string;
  /** Its kind. */
  readonly use: string;
  readonly location: string;
  /** Whether it answers, and may be asked; absent where it was not asked. */
  readonly reachable?: boolean;
  /** Why not. */
  readonly why?: string;
  /** Runs that it lacks, as far as is known here. */
  readonly waiting: number;
  /** Runs that it has, and of which it was not told what people said later, as far as is known here. */
  readonly remarks: number;
}

/** Longest time that a tracker is waited for, in milliseconds. */
const PATIENCE_MS = 5_000;

/** All trackers of the config, and whether they answer. */
export async function listTrackers(app: App): Promise<TrackerState[]> {
  const trackers = await app.trackers();
  if (trackers.sections.length === 0) return [];
  const runs = await pastRuns(app);
  const book = await trackers.book();
  return await Promise.all((await trackers.all()).map(async (to): Promise<TrackerState> => {
    const done = book.completeAt(to);
    return {
      type: "tracker",
      name: to.name,
      use: to.use,
      location: to.tracker.location,
      ...(app.isOffline ? {} : await reached(to, app.signal)),
      waiting: runs.filter(({ run }) => !done.has(run)).length,
      remarks: (await lackingRemarks(app, to, done, book)).length,
    };
  }));
}

/** Asks for a run that nobody has. */
async function reached(
  { tracker }: NamedTracker,
  signal: AbortSignal,
): Promise<Pick<TrackerState, "reachable" | "why">> {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  try {
    await Promise.race([
      tracker.cursor(parseRunId("k".repeat(16)), { signal: AbortSignal.any([signal, patience]) }),
      new Promise((_, reject) => {
        patience.addEventListener("abort", () => reject(patience.reason), { once: true });
      }),
    ]);
    return { reachable: true };
  } catch (error) {
    if (isAbort(error)) throw error;
    const late = error instanceof DOMException && error.name === "TimeoutError";
    if (!late && !(error instanceof AeroError)) throw error;
    return { reachable: false, why: late ? "it does not answer" : troubleText(error) };
  }
}
