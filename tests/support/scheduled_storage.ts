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

/** A storage each of whose calls waits for its turn before it takes effect. */
export class ScheduledStorage implements Storage {
  readonly #inner: Storage;
  readonly #turn: (call: string) => Promise<void>;

  constructor(inner: Storage, turn: (call: string) => Promise<void>) {
    this.#inner = inner;
    this.#turn = turn;
  }

  get capabilities(): StorageCapabilities {
    return this.#inner.capabilities;
  }

  get location(): string {
    return this.#inner.location;
  }

  async put(key: StorageKey, body: ObjectBody, options?: PutOptions): Promise<void> {
    await this.#turn(`put ${key}`);
    await this.#inner.put(key, body, options);
  }

  async get(key: StorageKey, options?: GetOptions): Promise<ReadableStream<Uint8Array>> {
    await this.#turn(`get ${key}`);
    return await this.#inner.get(key, options);
  }

  async stat(key: StorageKey, options?: OperationOptions): Promise<StoredObject | undefined> {
    await this.#turn(`stat ${key}`);
    return await this.#inner.stat(key, options);
  }

  async *list(prefix: string, options?: OperationOptions): AsyncGenerator<StoredObject> {
    await this.#turn(`list ${prefix}`);
    yield* this.#inner.list(prefix, options);
  }

  async delete(key: StorageKey, options?: OperationOptions): Promise<void> {
    await this.#turn(`delete ${key}`);
    await this.#inner.delete(key, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inner[Symbol.asyncDispose]();
  }
}
