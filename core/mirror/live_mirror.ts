import { isAbort, UserError } from "../errors.ts";
import type { RunId } from "../model/run_id.ts";
import type { NamedTracker } from "../plugin/named_tracker.ts";
import type { RunTape } from "./run_tape.ts";
import { sendRun } from "./send_run.ts";

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
  readonly #stopping = new AbortController();
  readonly #wakers = new Set<() => void>();
  readonly #sending: {
    readonly to: NamedTracker;
    readonly url: () => string | undefined;
    readonly done: Promise<Mirrored>;
  }[];
  #live = true;

  constructor(run: RunId, trackers: readonly NamedTracker[], options: LiveMirrorOptions) {
    this.#run = run;
    this.#sending = trackers.map((to) => {
      let url: string | undefined;
      const onUrl = (page: string) => {
        url = page;
        options.onUrl(to, page);
      };
      const done = options.offline === true
        ? Promise.resolve({ to, complete: false, error: offlineError() })
        : this.#send(to, options, onUrl);
      return { to, url: () => url, done };
    });
  }

  async #send(
    to: NamedTracker,
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
        signal: this.#stopping.signal,
        isLive: () => this.#live,
        attempts: ATTEMPTS,
        sleep: (ms, signal) => this.#sleep(ms, signal),
        onFailure: (error) => failure = error,
        onStopAsked: () => onStopAsked(to),
        onSent: () => {
          failure = undefined;
          if (url !== undefined) return;
          url = to.tracker.urlOf(this.#run);
          if (url !== undefined) onUrl(url);
        },
      });
      return told(complete);
    } catch (error) {
      return told(false, isAbort(error) ? failure : error);
    }
  }

  /** Says that the run's journal has ended: what is left is sent, and no more is waited for. */
  end(): void {
    this.#live = false;
    for (const wake of this.#wakers) wake();
  }

  /**
   * Waits until all is sent, but no longer than it is told; also a tracker that does not heed that is left alone then.
   *
   * @param patienceMs In milliseconds.
   * @param hurry Aborts when whoever waits has had enough.
   */
  async finish(patienceMs: number, hurry?: AbortSignal): Promise<Mirrored[]> {
    this.end();
    const late = Promise.withResolvers<void>();
    const timers: ReturnType<typeof setTimeout>[] = [];
    const stop = () => {
      this.#stopping.abort();
      timers.push(setTimeout(() => late.resolve(), GRACE_MS));
    };
    timers.push(setTimeout(stop, patienceMs));
    hurry?.addEventListener("abort", stop, { once: true });
    if (hurry?.aborted) stop();
    try {
      return await Promise.all(this.#sending.map(({ to, url, done }) =>
        Promise.race([
          done,
          late.promise.then((): Mirrored => {
            const page = url();
            return { to, complete: false, ...(page === undefined ? {} : { url: page }) };
          }),
        ])
      ));
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
