import { seededRandom, seedOf } from "./seeded_random.ts";

/** What can go wrong between a client and a server of object storage. */
export const FAULTS = [
  /** The connection ends before the request reaches the server. */
  "reset-before",
  /** It ends amid the request's body. */
  "reset-request",
  /** The server has done its work, and its reply is lost. */
  "reset-reply",
  /** 500 InternalError in place of the server. */
  "error",
  /** 503 SlowDown in place of the server. */
  "slow-down",
  /** The reply ends amid its body. */
  "truncate-reply",
  /** Nothing moves for a while, then the connection ends. */
  "stall",
  /** One bit of the request's body is another. */
  "wrong-request",
  /** One bit of an object's bytes in the reply is another; documents (XML) are spared, having no checksum in S3. */
  "wrong-reply",
] as const;

/** One of {@link FAULTS}. */
export type FaultName = typeof FAULTS[number];

/** How probable each fault is for one request, from 0 to 1; their sum is at most 1. */
export type FaultRates = Partial<Record<FaultName, number>>;

/** All faults alike, in so many of all requests. */
export function evenRates(sum: number, faults: readonly FaultName[] = FAULTS): FaultRates {
  return Object.fromEntries(faults.map((name) => [name, sum / faults.length]));
}

/** What goes wrong with one request, and where. */
export interface PlannedFault {
  readonly name: FaultName;
  /** Where in a body it happens, from 0 up to 1. */
  readonly at: number;
}

/**
 * Decides by a seed what goes wrong.
 *
 * The nth request of the same method and path meets the same fate whatever comes between, so that requests made at
 * the same time do not change what a seed means.
 */
export class FaultPlan {
  rates: FaultRates;
  readonly #seed: number;
  readonly #seen = new Map<string, number>();

  constructor(seed: number, rates: FaultRates) {
    this.#seed = seed;
    this.rates = rates;
  }

  next(method: string, path: string): PlannedFault | undefined {
    const request = `${method} ${path}`;
    const count = (this.#seen.get(request) ?? 0) + 1;
    this.#seen.set(request, count);
    const random = seededRandom(seedOf(`${this.#seed} ${request} ${count}`));
    let left = random();
    const at = random();
    for (const name of FAULTS) {
      const rate = this.rates[name] ?? 0;
      if (left < rate) return { name, at };
      left -= rate;
    }
    return undefined;
  }
}
