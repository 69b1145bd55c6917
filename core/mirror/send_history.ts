import { isAbort } from "../errors.ts";
import type { RunId } from "../model/run_id.ts";
import type { NamedTracker } from "../plugin/named_tracker.ts";
import { pause } from "../plugin/pause.ts";
import { TrackerError } from "../plugin/tracker.ts";
import { mapConcurrent } from "../store/concurrent.ts";
import { FIRST_ANSWER_MS, FirstAnswer } from "./first_answer.ts";
import { InTurn } from "./in_turn.ts";
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
  /** Of these it had everything already. */
  readonly had: readonly RunId[];
  /** Each for a reason of its own. */
  readonly failed: readonly { readonly run: RunId; readonly error: unknown }[];
  /** Not tried, or not to the end, since the tracker is away or another process sends them. */
  readonly left: readonly RunId[];
  /** Why it is away. */
  readonly away?: unknown;
}

/** How past runs are sent. */
export interface SendHistoryOptions {
  readonly signal: AbortSignal;
  readonly book: MirrorBook;
  /** Told after each run, sent or not. */
  readonly onRun: () => void;
  /** How long a tracker is waited for that has not answered anything, in milliseconds. */
  readonly firstAnswerMs?: number;
}

/** Runs that are sent at the same time. */
const LANES = 4;

/**
 * Sends runs that have ended to a tracker, several at a time; what it has of them is not sent again. They begin there in
 * order, so that a tracker that numbers runs does so in that order.
 *
 * One that is damaged or refused does not hold up the others; a tracker that is away, does not answer or denies
 * everything ends it.
 */
export async function sendHistory(
  to: NamedTracker,
  runs: readonly PastRun[],
  { signal, book, onRun, firstAnswerMs = FIRST_ANSWER_MS }: SendHistoryOptions,
): Promise<HistorySent> {
  const sent: RunId[] = [],
    had: RunId[] = [],
    failed: { run: RunId; error: unknown }[] = [],
    left: RunId[] = [];
  if (runs.length === 0) return { sent, had, failed, left };
  let away: unknown;
  using waited = new FirstAnswer(to, signal, firstAnswerMs);
  const order = new InTurn();
  await mapConcurrent(runs, LANES, async ({ run, openTape }) => {
    using turn = order.next();
    // Another process that sends it will have noted that when somebody asks next.
    if (away !== undefined || !book.claim(run)) return void left.push(run);
    try {
      await using tape = await openTape();
      let pieces = 0;
      const complete = await sendRun(to.tracker, run, tape, {
        signal: waited.signal,
        isLive: () => false,
        sleep: pause,
        begin: (work) => turn.begin(work),
        onAnswer: () => waited.heard(),
        onSent: () => pieces++,
      });
      // What is known already would only be forgotten to have been told of what people said.
      if (pieces > 0 || !book.completeAt(to).has(run)) {
        const url = to.tracker.urlOf(run);
        book.note(to, run, { complete, ...(url === undefined ? {} : { url }) });
      }
      (!complete ? left : pieces === 0 ? had : sent).push(run);
    } catch (error) {
      if (signal.aborted) throw error;
      if (isAbort(error)) away ??= waited.silence();
      if (isAbort(error) || endsAll(error)) {
        away ??= error;
        left.push(run);
        waited.giveUp();
      } else failed.push({ run, error });
    } finally {
      book.release(run);
    }
    onRun();
  });
  return { sent, had, failed, left, ...(away === undefined ? {} : { away }) };
}

/** Whether a failure is not of one run: the others would meet it too. */
export function endsAll(error: unknown): boolean {
  return error instanceof TrackerError &&
    ["tracker_unavailable", "tracker_denied", "closed"].includes(error.code);
}
