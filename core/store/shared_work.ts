/**
 * Work that is done once for all who want what it gives. Who aborts waits no longer, and nobody else is concerned; once nobody
 * waits any more, the work is ended. What failed or was ended is begun anew by the next who wants it.
 */
export class SharedWork<Result> {
  readonly #begin: (signal: AbortSignal) => Promise<Result>;
  #under: Pass<Result> | undefined;

  /** @param begin Does the work; ends it soon after an abort. */
  constructor(begin: (signal: AbortSignal) => Promise<Result>) {
    this.#begin = begin;
  }

  /** Whether somebody has wanted it, and it has not failed. */
  get isBegun(): boolean {
    return this.#under !== undefined;
  }

  /** What the work gives. @throws What it fails with; the signal's reason. */
  async result(signal?: AbortSignal): Promise<Result> {
    signal?.throwIfAborted();
    const pass = this.#under ??= this.#start();
    const left = Promise.withResolvers<never>();
    const onAbort = () => left.reject(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    pass.waiting++;
    try {
      return await Promise.race([pass.result, left.promise]);
    } finally {
      signal?.removeEventListener("abort", onAbort);
      if (--pass.waiting === 0 && !pass.isOver) {
        pass.abort.abort(signal?.reason);
        this.#forget(pass);
      }
    }
  }

  #start(): Pass<Result> {
    const abort = new AbortController();
    const pass: Pass<Result> = { abort, result: this.#begin(abort.signal), waiting: 0, isOver: false };
    pass.result.then(() => pass.isOver = true, () => {
      // Who waits is told; that it failed after all had gone concerns nobody.
      pass.isOver = true;
      this.#forget(pass);
    });
    return pass;
  }

  #forget(pass: Pass<Result>): void {
    if (this.#under === pass) this.#under = undefined;
  }
}

interface Pass<Result> {
  readonly abort: AbortController;
  readonly result: Promise<Result>;
  waiting: number;
  isOver: boolean;
}
