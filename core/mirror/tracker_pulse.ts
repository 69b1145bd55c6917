/** How long a tracker that says nothing is waited for at a run's end, each in milliseconds. */
export interface QuietLimits {
  /** From the run's end on, in any case. */
  readonly endMs: number;
  /** From the first call on, where nothing was ever answered: a run may be over before a tracker can be. */
  readonly firstMs: number;
  /** From a call on that was not answered yet, where those before were: it may bring much. */
  readonly callMs: number;
}

/** No longer than people would wait for what seems to be dead. */
export const QUIET_LIMITS: QuietLimits = { endMs: 2000, firstMs: 4000, callMs: 10_000 };

/** When a tracker was called and when it answered, and what follows for how long it is waited for. */
export class TrackerPulse {
  readonly #now: () => number;
  readonly #limits: QuietLimits;
  readonly #begunAt: number;
  #answeredAt: number | undefined;
  /** The first call since the last answer. */
  #calledAt: number | undefined;

  /** @param now Milliseconds of a clock that only goes forward. */
  constructor(limits: QuietLimits = QUIET_LIMITS, now: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#now = now;
    this.#begunAt = now();
  }

  /** Says that a call is made. */
  called(): void {
    this.#calledAt ??= this.#now();
  }

  /** Says that a call was answered. */
  answered(): void {
    this.#answeredAt = this.#now();
    this.#calledAt = undefined;
  }

  /**
   * How long it is still waited for, in milliseconds; none: it says nothing. `undefined` for one that has answered since
   * the run ended: it takes what there is.
   *
   * @param endedAt When the run ended.
   */
  leftMs(endedAt: number): number | undefined {
    if (this.#answeredAt !== undefined && this.#answeredAt >= endedAt) return undefined;
    const { endMs, firstMs, callMs } = this.#limits;
    const until = this.#answeredAt === undefined
      ? this.#begunAt + firstMs
      : (this.#calledAt ?? this.#now()) + callMs;
    return Math.max(0, Math.max(endedAt + endMs, until) - this.#now());
  }
}
