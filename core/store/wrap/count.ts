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

/** Counts what is asked of a storage: calls, each of which is a request at least. */
export class CountStorage implements Storage {
  /** Calls so far, those that failed included. */
  requests = 0;
  readonly #inner: Storage;

  constructor(inner: Storage) {
    this.#inner = inner;
  }

  get capabilities(): StorageCapabilities {
    return this.#inner.capabilities;
  }

  get location(): string {
    return this.#inner.location;
  }

  put(key: StorageKey, body: ObjectBody, options?: PutOptions): Promise<void> {
    this.requests++;
    return this.#inner.put(key, body, options);
  }

  get(key: StorageKey, options?: GetOptions): Promise<ReadableStream<Uint8Array>> {
    this.requests++;
    return this.#inner.get(key, options);
  }

  stat(key: StorageKey, options?: OperationOptions): Promise<StoredObject | undefined> {
    this.requests++;
    return this.#inner.stat(key, options);
  }

  list(prefix: string, options?: OperationOptions): AsyncIterable<StoredObject> {
    this.requests++;
    return this.#inner.list(prefix, options);
  }

  delete(key: StorageKey, options?: OperationOptions): Promise<void> {
    this.requests++;
    return this.#inner.delete(key, options);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve(this.#inner[Symbol.asyncDispose]());
  }
}
