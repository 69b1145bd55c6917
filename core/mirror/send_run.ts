import type { RunId } from "../model/run_id.ts";
import { orAbort } from "../plugin/or_abort.ts";
import { type Tracker, TrackerError } from "../plugin/tracker.ts";
import type { RunTape, TapePiece } from "./run_tape.ts";

/** How a run is sent. */
export interface SendOptions {
  /** Sends no more. */
  readonly signal: AbortSignal;
  /** Whether the run may still go on: then its end is waited for. */
  readonly isLive: () => boolean;
  /** Does what begins the run at a tracker that has nothing of it, when it is this run's turn. Default: at once. */
  readonly begin?: (work: () => Promise<void>) => Promise<void>;
  /** Told before each call. */
  readonly onCall?: () => void;
  /** Told after each call that was answered. */
  readonly onAnswer?: () => void;
  /** Told after each piece that the tracker took. */
  readonly onSent?: (piece: TapePiece) => void;
  /** Told after each answer of a tracker at which somebody asked for the run to stop. */
  readonly onStopAsked?: () => void;
  /** Told of each failure that is tried again. */
  readonly onFailure?: (error: TrackerError) => void;
  /** Calls for one piece, the first included; while the run is live there is no end of them. Default 4. */
  readonly attempts?: number;
  /** Resolves after so many milliseconds, or when the run's end is near; rejects with the signal's reason. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Time between two looks at a run that goes on, in milliseconds: a value is shown within five seconds. */
const LOOK_MS = 1000;
const FIRST_DELAY_MS = 500;
const MOST_DELAY_MS = 30_000;
// A failure that took so long is silence, which another call would meet again; while the run goes on it may pass.
const SILENT_MS = 2500;

/**
 * Sends a run to a tracker, its beginning alone at first if there is an order of them: from where the tracker is to the
 * run's end; live, while it goes on.
 *
 * @param tape At its beginning.
 * @returns Whether the run's end was sent.
 * @throws {TrackerError} if the tracker refuses, or is away for longer than it is waited for.
 */
export async function sendRun(
  tracker: Tracker,
  run: RunId,
  tape: RunTape,
  options: SendOptions,
): Promise<boolean> {
  const { signal } = options;
  tape.skipTo(await patiently(options, () => tracker.cursor(run, { signal })));
  let heardAt = performance.now();
  while (!tape.isOver) {
    signal.throwIfAborted();
    // Asked before the look, so that what came in between is not missed.
    const live = options.isLive();
    const piece = await tape.next(tracker.capabilities.maxPointsPerBatch);
    if (piece !== undefined) {
      await sendInTurn(tracker, run, piece, options);
      heardAt = performance.now();
    } else if (!live) return tape.isOver;
    else {
      await options.sleep(LOOK_MS, signal);
      const { heartbeatMs } = tracker.capabilities;
      if (heartbeatMs > 0 && performance.now() - heardAt > heartbeatMs) {
        await sendPiece(tracker, run, { from: tape.at, batch: NOTHING, last: false }, options);
        heardAt = performance.now();
      }
    }
  }
  return true;
}

const NOTHING = { events: [], stdout: "", stderr: "" };

/** Sends a piece; of one that begins the run the first event alone, so that others' turns come soon. */
async function sendInTurn(
  tracker: Tracker,
  run: RunId,
  piece: TapePiece,
  options: SendOptions,
): Promise<void> {
  const { from, batch } = piece;
  const [first, ...others] = batch.events;
  if (options.begin === undefined || from.events > 0 || first === undefined) {
    return await sendPiece(tracker, run, piece, options);
  }
  const whole = others.length === 0 && batch.stdout === "" && batch.stderr === "";
  await options.begin(async () => {
    await sendPiece(
      tracker,
      run,
      { from, batch: { ...NOTHING, events: [first] }, last: whole && piece.last },
      options,
    );
  });
  if (whole) return;
  const rest = { from: { ...from, events: 1 }, batch: { ...batch, events: others }, last: piece.last };
  await sendPiece(tracker, run, rest, options);
}

async function sendPiece(
  tracker: Tracker,
  run: RunId,
  piece: TapePiece,
  options: SendOptions,
): Promise<void> {
  const { events } = piece.batch;
  const [from, batch] = tracker.capabilities.text
    ? [piece.from, piece.batch]
    : [{ events: piece.from.events, stdout: 0, stderr: 0 }, { ...NOTHING, events }];
  await patiently(options, () => tracker.send(run, from, batch, { signal: options.signal }));
  options.onSent?.(piece);
  if (tracker.stopAsked?.(run) === true) options.onStopAsked?.();
}

/** Tries again what may pass, with growing waits. Sending a piece again is the same as once. */
async function patiently<T>(options: SendOptions, call: () => Promise<T>): Promise<T> {
  const { signal, attempts = 4 } = options;
  for (let attempt = 1;; attempt++) {
    signal.throwIfAborted();
    const calledAt = performance.now();
    options.onCall?.();
    try {
      const answer = await orAbort(call(), signal);
      options.onAnswer?.();
      return answer;
    } catch (error) {
      if (!(error instanceof TrackerError) || !error.retryable) throw error;
      const silent = performance.now() - calledAt >= SILENT_MS;
      if ((silent || attempt >= attempts) && !options.isLive()) throw error;
      options.onFailure?.(error);
      await options.sleep(Math.min(MOST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1)), signal);
    }
  }
}
