import { isAbort, UserError } from "../errors.ts";
import type { RunId } from "../model/run_id.ts";
import type { NamedTracker } from "../plugin/named_tracker.ts";
import { silentTracker } from "./first_answer.ts";
import type { RunTape } from "./run_tape.ts";
import { sendRun } from "./send_run.ts";
import { QUIET_LIMITS, type QuietLimits, TrackerPulse } from "./tracker_pulse.ts";

/** What became of a run at one tracker. */
export interface Mirrored {
  readonly to: NamedTracker;
  /** Whether all of it is there. */
  readonly complete: boolean;
  /** Where people can look at it. */
  readonly url?: string;
  /** Why it is not complete, if there is a reason beside time. */
  readonly error?: unknown;
}

/** How a run that goes on is sent. */
export interface LiveMirrorOptions {
  /** Opens what the run leaves, once for each tracker. */
  readonly openTape: () => RunTape;
  /** Told once for each tracker, when the run has a page there. */
  readonly onUrl: (to: NamedTracker, url: string) => void;
  /** Told when somebody asked at a tracker for the run to stop; may be told again. */
  readonly onStopAsked: (at: NamedTracker) => void;
  /** Nothing is sent. */
  readonly offline?: boolean;
  /** How long a tracker that says nothing is waited for at the end. */
  readonly quiet?: QuietLimits;
}

/** A run on its way to one tracker. */
interface Sending {
  readonly to: NamedTracker;
  readonly pulse: TrackerPulse;
  /** Aborts when it has had its time. */
  readonly stopping: AbortController;
  readonly url: () => string | undefined;
  readonly done: Promise<Mirrored>;
}

// What was told to stop gets so much time to do so, in milliseconds.
const GRACE_MS = 500;
// When the run has ended, a tracker that was away is asked once more, and one that is away only now twice.
const ATTEMPTS = 2;

/**
 * Sends a run that goes on to trackers. Nothing in here ever fails or slows the run: what a tracker does not take is
 * told at the end, and can be sent later.
 */
export class LiveMirror {
  readonly #run: RunId;
  readonly #wakers = new Set<() => void>();
  readonly #sending: readonly Sending[];
  #endedAt: number | undefined;
  #live = true;

  constructor(run: RunId, trackers: readonly NamedTracker[], options: LiveMirrorOptions) {
    this.#run = run;
    this.#sending = trackers.map((to) => {
      let url: string | undefined;
      const onUrl = (page: string) => {
        url = page;
        options.onUrl(to, page);
      };
      const pulse = new TrackerPulse(options.quiet ?? QUIET_LIMITS);
      const stopping = new AbortController();
      const done = options.offline === true
        ? Promise.resolve({ to, complete: false, error: offlineError() })
        : this.#send({ to, pulse, signal: stopping.signal }, options, onUrl);
      return { to, pulse, stopping, url: () => url, done };
    });
  }

  async #send(
    { to, pulse, signal }: Pick<Sending, "to" | "pulse"> & { readonly signal: AbortSignal },
    { openTape, onStopAsked }: LiveMirrorOptions,
    onUrl: (url: string) => void,
  ): Promise<Mirrored> {
    let url: string | undefined;
    const told = (complete: boolean, error?: unknown): Mirrored => ({
      to,
      complete,
      ...(url === undefined ? {} : { url }),
      ...(error === undefined ? {} : { error }),
    });
    let failure: unknown;
    try {
      await using tape = openTape();
      const complete = await sendRun(to.tracker, this.#run, tape, {
        signal,
        isLive: () => this.#live,
        attempts: ATTEMPTS,
        sleep: (ms, signal) => this.#sleep(ms, signal),
        onFailure: (error) => failure = error,
        onStopAsked: () => onStopAsked(to),
        onCall: () => pulse.called(),
        onAnswer: () => pulse.answered(),
        onSent: () => {
          failure = undefined;
          if (url !== undefined) return;
          url = to.tracker.urlOf(this.#run);
          if (url !== undefined) onUrl(url);
        },
      });
      return told(complete);
    } catch (error) {
      return told(false, isAbort(error) ? failure ?? this.#silenceOf(to, pulse) : error);
    }
  }

  /** Why one that was stopped has not got everything: it said nothing, or only had not enough time. */
  #silenceOf(to: NamedTracker, pulse: TrackerPulse): unknown {
    return pulse.leftMs(this.#endedAt ?? performance.now()) === 0 ? silentTracker(to) : undefined;
  }

  /** Says that the run's journal has ended: what is left is sent, and no more is waited for. */
  end(): void {
    this.#live = false;
    this.#endedAt ??= performance.now();
    for (const wake of this.#wakers) wake();
  }

  /**
   * Waits until all is sent, but no longer than it is told, and not for a tracker that says nothing; also one that does
   * not heed that is left alone then.
   *
   * @param patienceMs In milliseconds.
   * @param hurry Aborts when whoever waits has had enough.
   */
  async finish(patienceMs: number, hurry?: AbortSignal): Promise<Mirrored[]> {
    this.end();
    return await Promise.all(this.#sending.map((one) => this.#finishOne(one, patienceMs, hurry)));
  }

  async #finishOne(sending: Sending, patienceMs: number, hurry?: AbortSignal): Promise<Mirrored> {
    const { to, pulse, stopping, url, done } = sending;
    const late = Promise.withResolvers<Mirrored>();
    const timers: ReturnType<typeof setTimeout>[] = [];
    const stop = () => {
      stopping.abort();
      timers.push(setTimeout(() => {
        const page = url();
        late.resolve({ to, complete: false, ...(page === undefined ? {} : { url: page }) });
      }, GRACE_MS));
    };
    const listen = () => {
      const leftMs = pulse.leftMs(this.#endedAt!);
      if (leftMs === 0) stop();
      else if (leftMs !== undefined) timers.push(setTimeout(listen, Math.ceil(leftMs)));
    };
    timers.push(setTimeout(stop, patienceMs));
    hurry?.addEventListener("abort", stop, { once: true });
    if (hurry?.aborted) stop();
    else listen();
    try {
      return await Promise.race([done, late.promise]);
    } finally {
      timers.forEach((timer) => clearTimeout(timer));
      hurry?.removeEventListener("abort", stop);
    }
  }

  #sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        this.#wakers.delete(wake);
        signal.removeEventListener("abort", onAbort);
      };
      const wake = () => {
        end();
        resolve();
      };
      const onAbort = () => {
        end();
        reject(signal.reason);
      };
      const timer = setTimeout(wake, ms);
      this.#wakers.add(wake);
      signal.addEventListener("abort", onAbort, { once: true });
    });
  }
}

/** The error for what is not sent since nothing is to be asked. */
export function offlineError(): UserError {
  return new UserError("offline", {
    what: "Cannot send runs to trackers",
    why: "--offline or AERO_OFFLINE says that nothing is to be asked",
  });
}
