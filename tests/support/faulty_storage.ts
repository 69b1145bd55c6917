import type { OperationOptions } from "../../core/plugin/context.ts";
import {
  type GetOptions,
  type ObjectBody,
  type PutOptions,
  type Storage,
  type StorageCapabilities,
  StorageError,
  type StorageErrorCode,
  type StorageKey,
  type StoredObject,
} from "../../core/plugin/storage.ts";

/** The methods of a storage. */
export type StorageOperation = "put" | "get" | "stat" | "list" | "delete";

/** One thing to go wrong. */
export interface Fault {
  /** Every method if absent. */
  readonly on?: StorageOperation;
  /** Which calls of that method, from 1; every one if absent. */
  readonly nth?: number | readonly number[];
  /** Only calls whose key or prefix begins so. */
  readonly key?: string;
  /** What it fails with: a code, or an error of any kind. */
  readonly with: StorageErrorCode | Error;
  /** For put and get: once so many bytes have gone through, in place of at once. */
  readonly afterBytes?: number;
  /** For list: once so many objects have been given. */
  readonly afterObjects?: number;
  /** The call reaches the storage and succeeds there; only its reply is lost. */
  readonly afterCommit?: boolean;
}

/** A storage in which things go wrong as planned, and which counts what is asked of it. */
export class FaultyStorage implements Storage {
  /** Calls so far, those that failed included. */
  readonly calls: Record<StorageOperation, number> = { put: 0, get: 0, stat: 0, list: 0, delete: 0 };
  /** Each call so far, as `put key`. */
  readonly asked: string[] = [];
  /** What goes wrong; can be changed at any time. The first that fits is taken. */
  faults: readonly Fault[];
  readonly #inner: Storage;

  constructor(inner: Storage, faults: readonly Fault[] = []) {
    this.#inner = inner;
    this.faults = faults;
  }

  get capabilities(): StorageCapabilities {
    // A staged file would be moved past the bytes that are counted here.
    const { stagingDirectory: _, ...capabilities } = this.#inner.capabilities;
    return capabilities;
  }

  get location(): string {
    return this.#inner.location;
  }

  async put(key: StorageKey, body: ObjectBody, options: PutOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    const fault = this.#next("put", key);
    if (fault === undefined) return await this.#inner.put(key, body, options);
    const error = errorOf(fault, "put", key);
    if (fault.afterCommit) await this.#inner.put(key, body, options);
    else if (fault.afterBytes !== undefined) {
      const cut = { size: body.size, open: () => breaking(body.open(), fault.afterBytes!, error) };
      await this.#inner.put(key, cut, options);
    }
    throw error;
  }

  async get(key: StorageKey, options: GetOptions = {}): Promise<ReadableStream<Uint8Array>> {
    options.signal?.throwIfAborted();
    const fault = this.#next("get", key);
    if (fault === undefined) return await this.#inner.get(key, options);
    const error = errorOf(fault, "get", key);
    if (fault.afterBytes === undefined) throw error;
    return breaking(await this.#inner.get(key, options), fault.afterBytes, error);
  }

  async stat(key: StorageKey, options: OperationOptions = {}): Promise<StoredObject | undefined> {
    options.signal?.throwIfAborted();
    const fault = this.#next("stat", key);
    if (fault !== undefined) throw errorOf(fault, "stat", key);
    return await this.#inner.stat(key, options);
  }

  async *list(prefix: string, options: OperationOptions = {}): AsyncGenerator<StoredObject> {
    options.signal?.throwIfAborted();
    const fault = this.#next("list", prefix);
    let left = fault === undefined ? Infinity : fault.afterObjects ?? 0;
    if (left > 0) {
      for await (const object of this.#inner.list(prefix, options)) {
        yield object;
        if (--left === 0) break;
      }
    }
    if (fault !== undefined) throw errorOf(fault, "list", prefix);
  }

  async delete(key: StorageKey, options: OperationOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    const fault = this.#next("delete", key);
    if (fault === undefined || fault.afterCommit) await this.#inner.delete(key, options);
    if (fault !== undefined) throw errorOf(fault, "delete", key);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve(this.#inner[Symbol.asyncDispose]());
  }

  #next(operation: StorageOperation, key: string): Fault | undefined {
    const count = ++this.calls[operation];
    this.asked.push(`${operation} ${key}`);
    return this.faults.find((fault) =>
      (fault.on === undefined || fault.on === operation) &&
      (fault.nth === undefined || [fault.nth].flat().includes(count)) &&
      key.startsWith(fault.key ?? "")
    );
  }
}

function errorOf(fault: Fault, operation: StorageOperation, key: string): Error {
  if (typeof fault.with !== "string") return fault.with;
  return new StorageError(fault.with, { what: `Cannot ${operation} "${key}"`, why: "the test wants it so" });
}

/** The first `bytes` bytes of a stream, then an error. */
function breaking(
  source: ReadableStream<Uint8Array>,
  bytes: number,
  error: Error,
): ReadableStream<Uint8Array> {
  const reader = source.getReader();
  let left = bytes;
  return new ReadableStream({
    async pull(controller) {
      const next = left > 0 ? await reader.read() : { done: true as const, value: undefined };
      if (next.done || next.value.length === 0) {
        controller.error(error);
        return await reader.cancel(error).catch(() => {});
      }
      controller.enqueue(next.value.slice(0, left));
      left -= next.value.length;
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}
