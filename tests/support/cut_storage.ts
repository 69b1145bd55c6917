import type { OperationOptions } from "../../core/plugin/context.ts";
import {
  type GetOptions,
  type ObjectBody,
  type PutOptions,
  type Storage,
  StorageError,
  type StorageKey,
  type StoredObject,
} from "../../core/plugin/storage.ts";

/** A storage that is gone from its nth call on, as for a process that is killed there. */
export class CutStorage implements Storage {
  /** Calls so far, of all methods. */
  calls = 0;
  readonly #inner: Storage;
  readonly #last: number;
  readonly #lateReply: boolean;

  /**
   * @param last The last call that succeeds.
   * @param lateReply Whether the call after it, if it is a put, reaches the storage and loses its reply only.
   */
  constructor(inner: Storage, last: number, lateReply = false) {
    this.#inner = inner;
    this.#last = last;
    this.#lateReply = lateReply;
  }

  get capabilities() {
    return this.#inner.capabilities;
  }

  get location() {
    return this.#inner.location;
  }

  async put(key: StorageKey, body: ObjectBody, options: PutOptions = {}): Promise<void> {
    const cut = this.#cut();
    if (!cut || (this.#lateReply && this.calls === this.#last + 1)) await this.#inner.put(key, body, options);
    if (cut) throw cut;
  }

  async get(key: StorageKey, options: GetOptions = {}): Promise<ReadableStream<Uint8Array>> {
    const cut = this.#cut();
    if (cut) throw cut;
    return await this.#inner.get(key, options);
  }

  async stat(key: StorageKey, options: OperationOptions = {}): Promise<StoredObject | undefined> {
    const cut = this.#cut();
    if (cut) throw cut;
    return await this.#inner.stat(key, options);
  }

  async *list(prefix: string, options: OperationOptions = {}): AsyncIterable<StoredObject> {
    const cut = this.#cut();
    if (cut) throw cut;
    yield* this.#inner.list(prefix, options);
  }

  async delete(key: StorageKey, options: OperationOptions = {}): Promise<void> {
    const cut = this.#cut();
    if (cut) throw cut;
    await this.#inner.delete(key, options);
  }

  #cut(): StorageError | undefined {
    if (++this.calls <= this.#last) return undefined;
    return new StorageError("unavailable", { what: "Cannot reach the storage", why: "the test cut it off" });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inner[Symbol.asyncDispose]();
  }
}
