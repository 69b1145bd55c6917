/** Lets only so many bytes be held in memory at once; who comes first is served first. */
export class ByteBudget {
  readonly #max: number;
  readonly #waiting = new Set<{ readonly bytes: number; readonly onTurn: () => void }>();
  #held = 0;

  /** @param max Bytes. More than this at once is given to whoever asks when nobody else holds any. */
  constructor(max: number) {
    this.#max = max;
  }

  /**
   * Waits until there is room.
   *
   * @returns Gives the bytes back when it is disposed, once or more often.
   * @throws The signal's reason.
   */
  async take(bytes: number, signal: AbortSignal | undefined): Promise<Disposable> {
    signal?.throwIfAborted();
    if (this.#waiting.size > 0 || !this.#fits(bytes)) await this.#wait(bytes, signal);
    else this.#held += bytes;
    let given = false;
    return {
      [Symbol.dispose]: () => {
        if (given) return;
        given = true;
        this.#held -= bytes;
        this.#serve();
      },
    };
  }

  #fits(bytes: number): boolean {
    return this.#held === 0 || this.#held + bytes <= this.#max;
  }

  #wait(bytes: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiter = {
        bytes,
        onTurn: () => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        },
      };
      const onAbort = () => {
        this.#waiting.delete(waiter);
        this.#serve();
        reject(signal?.reason);
      };
      this.#waiting.add(waiter);
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  }

  #serve(): void {
    for (const waiter of this.#waiting) {
      if (!this.#fits(waiter.bytes)) return;
      this.#held += waiter.bytes;
      this.#waiting.delete(waiter);
      waiter.onTurn();
    }
  }
}
