import { isAbort } from "../errors.ts";
import type { RunId } from "../model/run_id.ts";
import type { NamedTracker } from "../plugin/named_tracker.ts";
import { pause } from "../plugin/pause.ts";
import { TrackerError } from "../plugin/tracker.ts";
import { mapConcurrent } from "../store/concurrent.ts";
import type { MirrorBook } from "./mirror_book.ts";
import type { RunTape } from "./run_tape.ts";
import { sendRun } from "./send_run.ts";

/** A run that has ended. */
export interface PastRun {
  readonly run: RunId;
  /** Opens what it left. */
  readonly openTape: () => Promise<RunTape>;
}

/** What became of past runs at one tracker. */
export interface HistorySent {
  /** All of these are there now. */
  readonly sent: readonly RunId[];
  /** Each for a reason of its own. */
  readonly failed: readonly { readonly run: RunId; readonly error: unknown }[];
  /** Not tried, or not to the end, since the tracker is away or another process sends them. */
  readonly left: readonly RunId[];
  /** Why it is away. */
  readonly away?: unknown;
}

/** Runs that are sent at the same time. */
const LANES = 4;

/**
 * Sends runs that have ended to a tracker, in order, several at a time; what it has of them is not sent again.
 *
 * One that is damaged or refused does not hold up the others; a tracker that is away or denies everything ends it.
 *
 * @param options.onRun Told after each run, sent or not.
 */
export async function sendHistory(
  to: NamedTracker,
  runs: readonly PastRun[],
  options: { readonly signal: AbortSignal; readonly book: MirrorBook; readonly onRun: () => void },
): Promise<HistorySent> {
  const { signal, book, onRun } = options;
  const sent: RunId[] = [], failed: { run: RunId; error: unknown }[] = [], left: RunId[] = [];
  let away: unknown;
  await mapConcurrent(runs, LANES, async ({ run, openTape }) => {
    // Another process that sends it will have noted that when somebody asks next.
    if (away !== undefined || !book.claim(run)) return void left.push(run);
    try {
      await using tape = await openTape();
      const complete = await sendRun(to.tracker, run, tape, {
        signal,
        isLive: () => false,
        sleep: pause,
      });
      const url = to.tracker.urlOf(run);
      book.note(to, run, { complete, ...(url === undefined ? {} : { url }) });
      (complete ? sent : left).push(run);
    } catch (error) {
      if (isAbort(error)) throw error;
      if (endsAll(error)) {
        away ??= error;
        left.push(run);
      } else failed.push({ run, error });
    } finally {
      book.release(run);
    }
    onRun();
  });
  return { sent, failed, left, ...(away === undefined ? {} : { away }) };
}

/** Whether a failure is not of one run: the others would meet it too. */
export function endsAll(error: unknown): boolean {
  return error instanceof TrackerError &&
    ["tracker_unavailable", "tracker_denied", "closed"].includes(error.code);
}
