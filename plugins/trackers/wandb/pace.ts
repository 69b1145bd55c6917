import { pause } from "../../../core/plugin/pause.ts";

// Longer than this is not waited for: then the next answer says again that it is too soon.
const MOST_WAIT_MS = 60_000;

/** Keeps to what the server says of its limits: `Retry-After`, `RateLimit-Remaining` and `RateLimit-Reset`, in seconds. */
export class Pace {
  #notBefore = 0;

  /** Notes what an answer says. */
  heed({ status, headers }: Pick<Response, "status" | "headers">): void {
    const retry = headers.get("retry-after"), reset = headers.get("ratelimit-reset");
    const seconds = (status === 429 || status === 503) && retry !== null
      ? Number(retry)
      : headers.get("ratelimit-remaining") === "0" && reset !== null
      ? Number(reset)
      : NaN;
    if (!(seconds > 0)) return;
    this.#notBefore = performance.now() + Math.min(MOST_WAIT_MS, seconds * 1000);
  }

  /** Waits until a request may be made; rejects with the signal's reason. */
  async wait(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    const ms = this.#notBefore - performance.now();
    if (ms > 0) await pause(ms, signal);
  }
}

/** Requests that go out at once, and the time for each one more: a replay is quick, and a long run is gentle. */
const AT_ONCE = 30;
const MS_EACH = 3000;

/** Keeps the stream of one run near the pace of W&B's own client, which makes a request per 15 s at most. */
export class Turns {
  #left = AT_ONCE;
  #at = performance.now();

  /** Waits for a turn; rejects with the signal's reason. */
  async wait(signal: AbortSignal | undefined): Promise<void> {
    const now = performance.now();
    this.#left = Math.min(AT_ONCE, this.#left + (now - this.#at) / MS_EACH);
    this.#at = now;
    if (this.#left < 1) await pause((1 - this.#left) * MS_EACH, signal);
    this.#left--;
  }
}
