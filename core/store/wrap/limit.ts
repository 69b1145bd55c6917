import type { OperationOptions } from "../../plugin/context.ts";
import type { Storage, StoredObject } from "../../plugin/storage.ts";
import { type ForwardedCall, ForwardingStorage } from "./forward.ts";

/**
 * Lets only so many calls reach the storage at once; the others wait their turn, in order.
 *
 * A `get` counts until it has given its stream, not until that is read: a put whose body is read from the same
 * storage would otherwise wait for itself. A listing counts while it fetches, not while its reader thinks.
 */
export class LimitStorage extends ForwardingStorage {
  readonly #limit: number;
  readonly #waiting = new Set<() => void>();
  #underWay = 0;

  /**
   * @param limit At least 1; default: what the storage says it is good for.
   * @throws {RangeError} if `limit` is less than 1.
   */
  constructor(inner: Storage, limit: number = inner.capabilities.maxConcurrency) {
    super(inner);
    if (!(limit >= 1)) throw new RangeError(`The limit is ${limit}, and must be at least 1`);
    this.#limit = limit;
  }

  override async *list(prefix: string, options: OperationOptions = {}): AsyncGenerator<StoredObject> {
    const objects = this.inner.list(prefix, options)[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await this.#inTurn(options.signal, () => objects.next());
        if (next.done) return;
        yield next.value;
      }
    } finally {
      await objects.return?.();
    }
  }

  protected override forward<T>({ signal }: ForwardedCall, work: () => Promise<T>): Promise<T> {
    return this.#inTurn(signal, work);
  }

  async #inTurn<T>(signal: AbortSignal | undefined, call: () => Promise<T>): Promise<T> {
    await this.#enter(signal);
    try {
      return await call();
    } finally {
      this.#leave();
    }
  }

  #enter(signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#underWay < this.#limit) {
      this.#underWay++;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#waiting.delete(onTurn);
        reject(signal?.reason);
      };
      const onTurn = () => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      };
      this.#waiting.add(onTurn);
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  }

  #leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#underWay--;
      return;
    }
    // The place passes on and stays counted, so that no newcomer can take it first.
    this.#waiting.delete(next);
    next();
  }
}
