import type { NamedTracker } from "../plugin/named_tracker.ts";
import { TrackerError } from "../plugin/tracker.ts";

/** How long a tracker that was never heard of is waited for, in milliseconds. */
export const FIRST_ANSWER_MS = 10_000;

/** Gives a tracker up from which nothing at all has come in time. One that has answered is no more waited for here. */
export class FirstAnswer implements Disposable {
  readonly #stop = new AbortController();
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #to: NamedTracker;
  /** Aborts when it is given up, or when whoever waits has had enough. */
  readonly signal: AbortSignal;

  /** @param patienceMs Longest wait for the first answer, in milliseconds. */
  constructor(to: NamedTracker, signal: AbortSignal, patienceMs: number) {
    this.#to = to;
    this.signal = AbortSignal.any([signal, this.#stop.signal]);
    this.#timer = setTimeout(() => this.giveUp(), patienceMs);
  }

  /** Says that it answered. */
  heard(): void {
    clearTimeout(this.#timer);
  }

  /** Asks it nothing more. */
  giveUp(): void {
    clearTimeout(this.#timer);
    this.#stop.abort();
  }

  /** Why it was given up, where it said nothing. */
  silence(): TrackerError {
    return silentTracker(this.#to);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}

/** The error for a tracker from which nothing came in time. */
export function silentTracker({ name }: NamedTracker): TrackerError {
  return new TrackerError("tracker_unavailable", {
    what: `Cannot send anything to ${name}`,
    why: "it does not answer",
  });
}
