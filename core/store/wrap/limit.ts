import type { OperationOptions } from "../../plugin/context.ts";
import type {
  GetOptions,
  ObjectBody,
  PutOptions,
  Storage,
  StorageCapabilities,
  StorageKey,
  StoredObject,
} from "../../plugin/storage.ts";

/**
 * Lets only so many calls reach the storage at once; the others wait their turn, in order.
 *
 * A `get` counts until it has given its stream, not until that is read: a put whose body is read from the same
 * storage would otherwise wait for itself. A listing counts while it fetches, not while its reader thinks.
 */
export class LimitStorage implements Storage {
  readonly #inner: Storage;
  readonly #limit: number;
  readonly #waiting = new Set<() => void>();
  #underWay = 0;

  /**
   * @param limit At least 1; default: what the storage says it is good for.
   * @throws {RangeError} if `limit` is less than 1.
   */
  constructor(inner: Storage, limit: number = inner.capabilities.maxConcurrency) {
    if (!(limit >= 1)) throw new RangeError(`The limit is ${limit}, and must be at least 1`);
    this.#inner = inner;
    this.#limit = limit;
  }

  get capabilities(): StorageCapabilities {
    return this.#inner.capabilities;
  }

  get location(): string {
    return this.#inner.location;
  }

  put(key: StorageKey, body: ObjectBody, options: PutOptions = {}): Promise<void> {
    return this.#inTurn(options.signal, () => this.#inner.put(key, body, options));
  }

  get(key: StorageKey, options: GetOptions = {}): Promise<ReadableStream<Uint8Array>> {
    return this.#inTurn(options.signal, () => this.#inner.get(key, options));
  }

  stat(key: StorageKey, options: OperationOptions = {}): Promise<StoredObject | undefined> {
    return this.#inTurn(options.signal, () => this.#inner.stat(key, options));
  }

  delete(key: StorageKey, options: OperationOptions = {}): Promise<void> {
    return this.#inTurn(options.signal, () => this.#inner.delete(key, options));
  }

  async *list(prefix: string, options: OperationOptions = {}): AsyncGenerator<StoredObject> {
    const objects = this.#inner.list(prefix, options)[Symbol.asyncIterator]();
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

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve(this.#inner[Symbol.asyncDispose]());
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
