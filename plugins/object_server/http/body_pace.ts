import type { HttpLimits } from "./http_limits.ts";

/**
 * How long a client is still waited for in its body: in each stretch of waiting so many bytes have to come. Time in which
 * nobody waits for the client does not count.
 */
export class BodyPace {
  readonly #limits: Pick<HttpLimits, "bodyTimeoutMs" | "leastBodyBytes">;
  #waitedMs = 0;
  #bytes = 0;

  constructor(limits: Pick<HttpLimits, "bodyTimeoutMs" | "leastBodyBytes">) {
    this.#limits = limits;
  }

  /** How long the next bytes may take, in milliseconds. */
  get leftMs(): number {
    return Math.max(0, this.#limits.bodyTimeoutMs - this.#waitedMs);
  }

  /** Bytes came, after so long a wait. */
  came(bytes: number, waitedMs: number): void {
    this.#bytes += bytes;
    this.#waitedMs += waitedMs;
    if (this.#bytes < this.#limits.leastBodyBytes) return;
    this.#bytes = 0;
    this.#waitedMs = 0;
  }
}
