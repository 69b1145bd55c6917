import type { OperationOptions } from "../../core/plugin/context.ts";
import type {
  GetOptions,
  ObjectBody,
  PutOptions,
  Storage,
  StorageCapabilities,
  StorageKey,
  StoredObject,
} from "../../core/plugin/storage.ts";

/** Passes everything on, and notes each request as `put key`, `list prefix`, and so on. */
export class CountingStorage implements Storage {
  readonly requests: string[];
  readonly #inner: Storage;

  /** @param requests Gets what is noted; may be shared by several. */
  constructor(inner: Storage, requests: string[] = []) {
    this.#inner = inner;
    this.requests = requests;
  }

  get capabilities(): StorageCapabilities {
    return this.#inner.capabilities;
  }

  get location(): string {
    return this.#inner.location;
  }

  put(key: StorageKey, body: ObjectBody, options?: PutOptions): Promise<void> {
    this.requests.push(`put ${key}`);
    return this.#inner.put(key, body, options);
  }

  get(key: StorageKey, options?: GetOptions): Promise<ReadableStream<Uint8Array>> {
    this.requests.push(`get ${key}`);
    return this.#inner.get(key, options);
  }

  stat(key: StorageKey, options?: OperationOptions): Promise<StoredObject | undefined> {
    this.requests.push(`stat ${key}`);
    return this.#inner.stat(key, options);
  }

  list(prefix: string, options?: OperationOptions): AsyncIterable<StoredObject> {
    this.requests.push(`list ${prefix}`);
    return this.#inner.list(prefix, options);
  }

  delete(key: StorageKey, options?: OperationOptions): Promise<void> {
    this.requests.push(`delete ${key}`);
    return this.#inner.delete(key, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inner[Symbol.asyncDispose]();
  }
}
