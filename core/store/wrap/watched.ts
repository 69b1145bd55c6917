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

/** Does some work of a storage, and sees how it ends. */
export type Watch = <T>(work: () => Promise<T>) => Promise<T>;

/** Passes everything to a storage, each call by way of `watch`. */
export class WatchedStorage implements Storage {
  readonly #inner: Storage;
  readonly #watch: Watch;

  constructor(inner: Storage, watch: Watch) {
    this.#inner = inner;
    this.#watch = watch;
  }

  get capabilities(): StorageCapabilities {
    return this.#inner.capabilities;
  }

  get location(): string {
    return this.#inner.location;
  }

  put(key: StorageKey, body: ObjectBody, options?: PutOptions): Promise<void> {
    return this.#watch(() => this.#inner.put(key, body, options));
  }

  get(key: StorageKey, options?: GetOptions): Promise<ReadableStream<Uint8Array>> {
    return this.#watch(() => this.#inner.get(key, options));
  }

  stat(key: StorageKey, options?: OperationOptions): Promise<StoredObject | undefined> {
    return this.#watch(() => this.#inner.stat(key, options));
  }

  async *list(prefix: string, options?: OperationOptions): AsyncGenerator<StoredObject> {
    const objects = this.#inner.list(prefix, options)[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await this.#watch(() => objects.next());
        if (next.done) return;
        yield next.value;
      }
    } finally {
      await objects.return?.();
    }
  }

  delete(key: StorageKey, options?: OperationOptions): Promise<void> {
    return this.#watch(() => this.#inner.delete(key, options));
  }

  /** Whoever opened the inner storage closes it. */
  async [Symbol.asyncDispose](): Promise<void> {}
}
