import { isAbort } from "../errors.ts";
import type { RunId } from "../model/run_id.ts";
import type { Tracker } from "../plugin/tracker.ts";
import type { RunTape } from "./run_tape.ts";
import { sendRun } from "./send_run.ts";

/** A tracker as config names it. */
export interface NamedTracker {
  /** As ids of its runs begin: `<name>:<id>`. */
  readonly name: string;
  /** Tells trackers of one name apart, on this machine. */
  readonly key: string;
  readonly tracker: Tracker;
}

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

/** Longest time that the end of a run waits for trackers, in milliseconds. */
const PATIENCE_MS = 10_000;

/**
 * Sends a run that goes on to trackers. Nothing in here ever fails or slows the run: what a tracker does not take is
 * told at the end, and can be sent later.
 */
export class LiveMirror {
  readonly #run: RunId;
  readonly #stopping = new AbortController();
  readonly #wakers = new Set<() => void>();
  readonly #sending: Promise<Mirrored>[];
  #live = true;

  /**
   * @param openTape Opens what the run leaves, once for each tracker.
   * @param onUrl Told once for each tracker, when the run has a page there.
   */
  constructor(
    run: RunId,
    trackers: readonly NamedTracker[],
    openTape: () => RunTape,
    onUrl: (to: NamedTracker, url: string) => void,
  ) {
    this.#run = run;
    this.#sending = trackers.map((to) => this.#send(to, openTape, onUrl));
  }

  async #send(
    to: NamedTracker,
    openTape: () => RunTape,
    onUrl: (to: NamedTracker, url: string) => void,
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
        sleep: (ms, signal) => this.#sleep(ms, signal),
        onFailure: (error) => failure = error,
        onSent: () => {
          failure = undefined;
          if (url !== undefined) return;
          url = to.tracker.urlOf(this.#run);
          if (url !== undefined) onUrl(to, url);
        },
      });
      return told(complete);
    } catch (error) {
      return told(false, isAbort(error) ? failure : error);
    }
  }

  /** Waits until all is sent, but no longer than people would. The run's journal has ended. */
  async finish(): Promise<Mirrored[]> {
    this.#live = false;
    for (const wake of this.#wakers) wake();
    const timer = setTimeout(() => this.#stopping.abort(), PATIENCE_MS);
    try {
      return await Promise.all(this.#sending);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Sends no more: the run was abandoned. */
  async abandon(): Promise<Mirrored[]> {
    this.#stopping.abort();
    return await this.finish();
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
