import type { OperationOptions } from "../../../core/plugin/context.ts";
import {
  type GetOptions,
  type ObjectBody,
  type PutOptions,
  type Storage,
  type StorageCapabilities,
  StorageError,
  type StorageKey,
  type StoredObject,
} from "../../../core/plugin/storage.ts";

/** Bytes in memory and when they came, in epoch milliseconds. */
export interface MemoryObject {
  readonly bytes: Uint8Array;
  readonly modifiedAt: number;
}

/** Objects in a map. */
export class MemoryStorage implements Storage {
  readonly capabilities: StorageCapabilities = {
    conditionalPut: true,
    maxConcurrency: 64,
    maxObjectBytes: 64 * 1024 * 1024,
  };
  readonly location = "memory";
  readonly #objects: Map<StorageKey, MemoryObject>;
  readonly #now: () => Date;
  #closed = false;

  /**
   * @param options `objects` is the map to use: storages over one map are openings of one storage.
   */
  constructor(options: { readonly now: () => Date; readonly objects?: Map<StorageKey, MemoryObject> }) {
    this.#now = options.now;
    this.#objects = options.objects ?? new Map();
  }

  async put(key: StorageKey, body: ObjectBody, { signal, ifAbsent }: PutOptions = {}): Promise<void> {
    this.#enter(signal);
    const what = `Cannot store "${key}" in memory`;
    if (body.size > this.capabilities.maxObjectBytes) {
      const why = `the object has ${body.size} bytes, and ${this.capabilities.maxObjectBytes} is the limit`;
      throw new StorageError("full", { what, why });
    }
    const bytes = await collect(body, what, signal);
    if (ifAbsent && this.#objects.has(key)) {
      throw new StorageError("exists", { what, why: "there is such an object already" });
    }
    this.#objects.set(key, { bytes, modifiedAt: this.#now().getTime() });
  }

  // deno-lint-ignore require-await -- a throw must come out as a rejection
  async get(key: StorageKey, { signal, range }: GetOptions = {}): Promise<ReadableStream<Uint8Array>> {
    this.#enter(signal);
    const what = `Cannot read "${key}" from memory`;
    const bytes = this.#objects.get(key)?.bytes;
    if (!bytes) throw new StorageError("not_found", { what, why: "there is no such object" });
    const { offset, length = bytes.length - offset } = range ?? { offset: 0 };
    if (range && (offset < 0 || offset >= bytes.length || length <= 0)) {
      const why = `the range is ${
        range.length ?? "all"
      } bytes from ${offset}, and the object has ${bytes.length}`;
      throw new StorageError("invalid_range", { what, why });
    }
    return stream(bytes.subarray(offset, offset + length), signal);
  }

  // deno-lint-ignore require-await -- a throw must come out as a rejection
  async stat(key: StorageKey, { signal }: OperationOptions = {}): Promise<StoredObject | undefined> {
    this.#enter(signal);
    const object = this.#objects.get(key);
    return object && { key, size: object.bytes.length, modifiedAt: object.modifiedAt };
  }

  async *list(prefix: string, { signal }: OperationOptions = {}): AsyncGenerator<StoredObject> {
    this.#enter(signal);
    for (const [key, object] of [...this.#objects]) {
      if (!key.startsWith(prefix)) continue;
      this.#enter(signal);
      yield { key, size: object.bytes.length, modifiedAt: object.modifiedAt };
    }
    this.#enter(signal);
  }

  // deno-lint-ignore require-await -- a throw must come out as a rejection
  async delete(key: StorageKey, { signal }: OperationOptions = {}): Promise<void> {
    this.#enter(signal);
    this.#objects.delete(key);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    return Promise.resolve();
  }

  #enter(signal: AbortSignal | undefined): void {
    if (this.#closed) {
      throw new StorageError("closed", { what: "Cannot use memory", why: "it has been closed" });
    }
    signal?.throwIfAborted();
  }
}

async function collect(body: ObjectBody, what: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const bytes = new Uint8Array(body.size);
  const reader = body.open().getReader();
  const onAbort = () => reader.cancel(signal?.reason).catch(() => {});
  signal?.addEventListener("abort", onAbort);
  let at = 0;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      signal?.throwIfAborted();
      if (at + next.value.length > body.size) throw sizeMismatch(what, body.size, "more");
      bytes.set(next.value, at);
      at += next.value.length;
    }
    signal?.throwIfAborted();
    if (at < body.size) throw sizeMismatch(what, body.size, String(at));
    return bytes;
  } catch (error) {
    reader.cancel(error).catch(() => {});
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", onAbort);
    reader.releaseLock();
  }
}

function stream(bytes: Uint8Array, signal: AbortSignal | undefined): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (signal?.aborted) return controller.error(signal.reason);
      // A copy: the object must not change through the hands of its reader.
      if (at < bytes.length) controller.enqueue(bytes.slice(at, at += 64 * 1024));
      if (at >= bytes.length) controller.close();
    },
  }, { highWaterMark: 0 });
}

function sizeMismatch(what: string, expected: number, actual: string): StorageError {
  return new StorageError("size_mismatch", {
    what,
    why: `the body has ${actual} bytes, and ${expected} were announced`,
  });
}
