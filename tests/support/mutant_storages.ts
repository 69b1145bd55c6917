import type { OperationOptions } from "../../core/plugin/context.ts";
import {
  bytesBody,
  type GetOptions,
  isStorageError,
  type ObjectBody,
  type PutOptions,
  type Storage,
  type StorageCapabilities,
  StorageError,
  type StorageKey,
  type StoredObject,
} from "../../core/plugin/storage.ts";
import { readBytes } from "../../core/plugin/conformance/storage_bytes.ts";

/** Passes everything on, rightly: each mutant does one thing otherwise. */
export class PassThrough implements Storage {
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
    return this.#inner.put(key, body, options);
  }

  get(key: StorageKey, options?: GetOptions): Promise<ReadableStream<Uint8Array>> {
    return this.#inner.get(key, options);
  }

  stat(key: StorageKey, options?: OperationOptions): Promise<StoredObject | undefined> {
    return this.#inner.stat(key, options);
  }

  list(prefix: string, options?: OperationOptions): AsyncIterable<StoredObject> {
    return this.#inner.list(prefix, options);
  }

  delete(key: StorageKey, options?: OperationOptions): Promise<void> {
    return this.#inner.delete(key, options);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve(this.#inner[Symbol.asyncDispose]());
  }
}

/** The beginning of a listing, and no word that there is more. */
export class ListStopsAt1000 extends PassThrough {
  override async *list(prefix: string, options?: OperationOptions): AsyncGenerator<StoredObject> {
    let given = 0;
    for await (const object of super.list(prefix, options)) {
      if (given++ === 1000) return;
      yield object;
    }
  }
}

/** One key at the border of two pages comes on both. */
export class ListRepeatsAKey extends PassThrough {
  override async *list(prefix: string, options?: OperationOptions): AsyncGenerator<StoredObject> {
    let given = 0;
    for await (const object of super.list(prefix, options)) {
      yield object;
      if (++given === 1000) yield object;
    }
  }
}

/** Takes a prefix for a folder. */
export class ListWantsASlash extends PassThrough {
  override list(prefix: string, options?: OperationOptions): AsyncIterable<StoredObject> {
    return super.list(prefix.endsWith("/") ? prefix : `${prefix}/`, options);
  }
}

/** Goes on listing for a caller who has gone. */
export class ListIgnoresAbort extends PassThrough {
  override list(prefix: string): AsyncIterable<StoredObject> {
    return super.list(prefix);
  }
}

/** A listing that cannot be made is an empty one. */
export class ListHidesFailure extends PassThrough {
  override async *list(prefix: string, options?: OperationOptions): AsyncGenerator<StoredObject> {
    try {
      yield* super.list(prefix, options);
    } catch (error) {
      if (!isStorageError(error, "closed")) throw error;
    }
  }
}

/** What is not there is read as nothing. */
export class AbsentReadsAsEmpty extends PassThrough {
  override async get(key: StorageKey, options?: GetOptions): Promise<ReadableStream<Uint8Array>> {
    try {
      return await super.get(key, options);
    } catch (error) {
      if (isStorageError(error, "not_found")) return bytesBody(new Uint8Array()).open();
      throw error;
    }
  }
}

/** What may not be asked is told as absent: as a `catch` that is too wide does. */
export class DeniedLooksAbsent extends PassThrough {
  override async stat(key: StorageKey, options?: OperationOptions): Promise<StoredObject | undefined> {
    try {
      return await super.stat(key, options);
    } catch (error) {
      if (error instanceof StorageError && error.code !== "closed") return undefined;
      throw error;
    }
  }
}

/** An abort comes out as a failure of the storage. */
export class WrapsAbort extends PassThrough {
  override async put(key: StorageKey, body: ObjectBody, options?: PutOptions): Promise<void> {
    try {
      await super.put(key, body, options);
    } catch (error) {
      if (error instanceof StorageError) throw error;
      throw new StorageError("unavailable", { what: "Cannot put" }, { cause: error });
    }
  }
}

/** Does not look at the signal. */
export class IgnoresAbort extends PassThrough {
  override put(key: StorageKey, body: ObjectBody, options: PutOptions = {}): Promise<void> {
    const { signal: _, ...rest } = options;
    return super.put(key, body, rest);
  }
}

/** Shows a key while its bytes still come. */
export class PartialPutVisible extends PassThrough {
  override async put(key: StorageKey, body: ObjectBody, options: PutOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    if (!options.ifAbsent) await super.put(key, bytesBody(new Uint8Array()));
    await super.put(key, body, options);
  }
}

/** Keeps what came before a body broke. */
export class BrokenBodyAccepted extends PassThrough {
  override async put(key: StorageKey, body: ObjectBody, options: PutOptions = {}): Promise<void> {
    const chunks: Uint8Array[] = [];
    try {
      for await (const chunk of body.open()) chunks.push(chunk);
    } catch {
      const bytes = new Uint8Array(await new Blob(chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer());
      return await super.put(key, bytesBody(bytes), options);
    }
    await super.put(key, body, options);
  }
}

/** Takes as many bytes as come. */
export class ShortBodyAccepted extends PassThrough {
  override async put(key: StorageKey, body: ObjectBody, options: PutOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    const bytes = await readBytes(body.open());
    await super.put(key, bytes.length < body.size ? bytesBody(bytes) : body, options);
  }
}

/** Cuts a body to what was announced. */
export class LongBodyCut extends PassThrough {
  override async put(key: StorageKey, body: ObjectBody, options: PutOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    const bytes = await readBytes(body.open());
    await super.put(key, bytes.length > body.size ? bytesBody(bytes.subarray(0, body.size)) : body, options);
  }
}

/** Overwrites despite `ifAbsent`. */
export class OverwritesIfAbsent extends PassThrough {
  override put(key: StorageKey, body: ObjectBody, options: PutOptions = {}): Promise<void> {
    return super.put(key, body, { ...options, ifAbsent: false });
  }
}

/** Looks first and writes then, so that two can find the key absent. */
export class ChecksThenPuts extends PassThrough {
  override async put(key: StorageKey, body: ObjectBody, options: PutOptions = {}): Promise<void> {
    if (options.ifAbsent && await this.stat(key)) throw new StorageError("exists", { what: "Cannot put" });
    await super.put(key, body, { ...options, ifAbsent: false });
  }
}

/** Gives the whole object whatever is asked for. */
export class RangeIgnored extends PassThrough {
  override get(key: StorageKey, options: GetOptions = {}): Promise<ReadableStream<Uint8Array>> {
    return super.get(key, options.signal ? { signal: options.signal } : {});
  }
}

/** Gives nothing for a range past the end. */
export class RangePastEndIsEmpty extends PassThrough {
  override async get(key: StorageKey, options?: GetOptions): Promise<ReadableStream<Uint8Array>> {
    try {
      return await super.get(key, options);
    } catch (error) {
      if (isStorageError(error, "invalid_range")) return bytesBody(new Uint8Array()).open();
      throw error;
    }
  }
}

/** Goes on after dispose. */
export class WorksAfterDispose extends PassThrough {
  override [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

/** Says that there was nothing to delete. */
export class DeleteOfAbsentFails extends PassThrough {
  override async delete(key: StorageKey, options?: OperationOptions): Promise<void> {
    if (!await this.stat(key, options)) throw new StorageError("not_found", { what: "Cannot delete" });
    await super.delete(key, options);
  }
}

/** Answers from what it knew. */
export class StaleStat extends PassThrough {
  readonly #known = new Map<StorageKey, StoredObject>();

  override async stat(key: StorageKey, options?: OperationOptions): Promise<StoredObject | undefined> {
    const known = this.#known.get(key) ?? await super.stat(key, options);
    if (known) this.#known.set(key, known);
    return known;
  }
}

/** Tells seconds where milliseconds are meant. */
export class SecondsForMilliseconds extends PassThrough {
  override async stat(key: StorageKey, options?: OperationOptions): Promise<StoredObject | undefined> {
    const object = await super.stat(key, options);
    return object && { ...object, modifiedAt: object.modifiedAt / 1000 };
  }
}

/** Names its secret in a message. */
export class TellsItsSecret extends PassThrough {
  override async get(key: StorageKey, options?: GetOptions): Promise<ReadableStream<Uint8Array>> {
    try {
      return await super.get(key, options);
    } catch (cause) {
      if (!isStorageError(cause, "not_found")) throw cause;
      throw new StorageError("not_found", { what: "Cannot get with key mutant-secret" }, { cause });
    }
  }
}

/** Reads all of a body before it stores it, which only a large object shows. */
export class HoldsBodies extends PassThrough {
  override async put(key: StorageKey, body: ObjectBody, options?: PutOptions): Promise<void> {
    await super.put(key, bytesBody(await readBytes(body.open())), options);
  }
}

/** Reads all of an object before it gives any of it. */
export class HoldsObjects extends PassThrough {
  override async get(key: StorageKey, options?: GetOptions): Promise<ReadableStream<Uint8Array>> {
    const chunks = await Array.fromAsync(await super.get(key, options));
    let given = 0;
    return new ReadableStream({
      pull(controller) {
        const chunk = chunks[given++];
        if (chunk === undefined) controller.close();
        else controller.enqueue(chunk);
      },
    });
  }
}

/** Mutants, each with a clause that rejects it. */
export const MUTANTS: readonly (readonly [typeof PassThrough, string])[] = [
  [ListStopsAt1000, "list() gives each of more than 1,000 keys once, with its size"],
  [ListRepeatsAKey, "list() gives each of more than 1,000 keys once, with its size"],
  [ListWantsASlash, "list() takes a prefix that does not end at a slash"],
  [ListIgnoresAbort, "list() ends with the reason of an abort between two keys"],
  [ListHidesFailure, "after dispose every call fails with closed"],
  [AbsentReadsAsEmpty, "an absent key is not_found to get()"],
  [DeniedLooksAbsent, "what may not be asked is denied, and never looks absent"],
  [WrapsAbort, "put() that is aborted between two pieces of its body leaves the former"],
  [IgnoresAbort, "a call that is aborted before it begins changes nothing"],
  [PartialPutVisible, "an object is not seen before its last byte"],
  [BrokenBodyAccepted, "a body that breaks leaves the former object, or none"],
  [ShortBodyAccepted, "a body that is short leaves the former object, or none"],
  [LongBodyCut, "a body that is long leaves the former object, or none"],
  [OverwritesIfAbsent, "put() with ifAbsent leaves what is there, and says exists"],
  [ChecksThenPuts, "of 20 writers with ifAbsent at once exactly one succeeds"],
  [RangeIgnored, "a range gives its bytes, at the start, in the middle and at the end"],
  [RangePastEndIsEmpty, "a range that starts at or past the end, or is empty, is invalid_range"],
  [WorksAfterDispose, "after dispose every call fails with closed"],
  [DeleteOfAbsentFails, "delete() removes an object, and succeeds if there is none"],
  [StaleStat, "delete() removes an object, and succeeds if there is none"],
  [SecondsForMilliseconds, "stat() tells a time near that of the put"],
  [TellsItsSecret, "errors, logs and what is shown hold no secret"],
];
