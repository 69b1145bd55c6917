import { NoAnswerError } from "./failure.ts";

/** How long something is waited for; its caller may give up before, also once the wait has ended well. */
export class Patience implements Disposable {
  /** Aborts with a {@link NoAnswerError}, or with the reason of the caller. */
  readonly signal: AbortSignal;
  readonly #timer: ReturnType<typeof setTimeout>;

  constructor(ms: number, caller: AbortSignal | undefined) {
    const late = new AbortController();
    const seconds = Math.ceil(ms / 1000);
    this.#timer = setTimeout(() => late.abort(new NoAnswerError(`did not answer within ${seconds} s`)), ms);
    this.signal = caller === undefined ? late.signal : AbortSignal.any([caller, late.signal]);
  }

  /** It came in time. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
