import type { Storage, StorageCapabilities, StorageError, StoredObject } from "../../plugin/storage.ts";

/** Stands for a storage that could not be opened: every call fails as opening it did. */
export class UnopenedStorage implements Storage {
  readonly capabilities: StorageCapabilities = {
    conditionalPut: true,
    maxConcurrency: 1,
    maxObjectBytes: Number.MAX_SAFE_INTEGER,
  };
  readonly location: string;
  readonly #error: StorageError;

  constructor(location: string, error: StorageError) {
    this.location = location;
    this.#error = error;
  }

  put(): Promise<void> {
    return Promise.reject(this.#error);
  }

  get(): Promise<never> {
    return Promise.reject(this.#error);
  }

  stat(): Promise<never> {
    return Promise.reject(this.#error);
  }

  // deno-lint-ignore require-yield
  async *list(): AsyncGenerator<StoredObject> {
    await Promise.reject(this.#error);
  }

  delete(): Promise<void> {
    return Promise.reject(this.#error);
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
