import { AeroError, type ErrorKind, type ErrorReport, UserError } from "../errors.ts";
import type { OperationOptions } from "./context.ts";

declare const brand: unique symbol;

/** A key in a storage: `/`-separated parts of letters, digits, `.`, `_`, `-`, `@`; no `.` or `..` part. */
export type StorageKey = string & { readonly [brand]: "StorageKey" };

/**
 * Reads a storage key.
 *
 * @throws {UserError} `key_invalid`; also past 900 bytes, which keeps key and prefix under S3's 1,024.
 */
export function parseStorageKey(text: string): StorageKey {
  const parts = text.split("/");
  if (text.length <= 900 && parts.every((part) => /^[A-Za-z0-9._@-]+$/.test(part) && !/^\.+$/.test(part))) {
    return text as StorageKey;
  }
  throw new UserError("key_invalid", { what: `Cannot use ${JSON.stringify(text)} as a storage key` });
}

/** Why a storage did not do what was asked. */
export type StorageErrorCode =
  | "not_found"
  | "exists"
  | "invalid_range"
  | "size_mismatch"
  | "denied"
  | "full"
  | "unavailable"
  | "closed";

/** A storage's failure. `unavailable` may pass; nothing else is retried. */
export class StorageError extends AeroError {
  readonly kind: ErrorKind = "outside";
  declare readonly code: StorageErrorCode;
  readonly retryable: boolean;
  /** Whether it does not pass by itself within seconds: who has had no answer at all yet need not ask again so soon. */
  readonly isLasting: boolean;

  constructor(
    code: StorageErrorCode,
    report: ErrorReport,
    options?: ErrorOptions & { readonly isLasting?: boolean },
  ) {
    super(code, report, options);
    this.retryable = code === "unavailable";
    this.isLasting = options?.isLasting ?? code !== "unavailable";
  }
}

/** Whether `error` is a {@link StorageError} with this code. */
export function isStorageError(error: unknown, code: StorageErrorCode): boolean {
  return error instanceof StorageError && error.code === code;
}

/** Facts that callers plan by. */
export interface StorageCapabilities {
  /** The service itself decides `ifAbsent`, atomically. */
  readonly conditionalPut: boolean;
  /** Most requests worth having under way at once. */
  readonly maxConcurrency: number;
  /** Largest object, in bytes. */
  readonly maxObjectBytes: number;
  /**
   * A directory on the storage's own file system, present while only on local disks. A body whose file lies in it
   * is moved into place, not copied, and is gone after `put`.
   */
  readonly stagingDirectory?: string;
}

/** Bytes to store. They can be opened more than once, so that a put can be tried again. */
export interface ObjectBody {
  /** Bytes. */
  readonly size: number;
  /** @param options `lendsChunks`: as {@link GetOptions}; a body may pass over it. */
  open(options?: { readonly lendsChunks?: boolean }): ReadableStream<Uint8Array>;
  /** Where the same bytes are as a file that nobody changes during the put; a plugin may read that in its stead. */
  readonly path?: string;
}

/** A body from bytes in memory. */
export function bytesBody(bytes: Uint8Array): ObjectBody {
  return {
    size: bytes.length,
    open: () =>
      new ReadableStream({
        start(controller) {
          if (bytes.length > 0) controller.enqueue(bytes);
          controller.close();
        },
      }),
  };
}

/** Options of {@link Storage.put}. */
export interface PutOptions extends OperationOptions {
  /** Fails with `exists` if the key has an object; exactly one of several writers at once succeeds. */
  readonly ifAbsent?: boolean;
}

/** Options of {@link Storage.get}. */
export interface GetOptions extends OperationOptions {
  /** `length` bytes from `offset`; to the end if `length` is absent. */
  readonly range?: { readonly offset: number; readonly length?: number };
  /**
   * Chunks hold only until the next one is asked for, so that a plugin may use their memory again: many MB are read so.
   * Whoever asks for it takes what it wants of a chunk at once.
   */
  readonly lendsChunks?: boolean;
}

/** What is known of an object without reading it. */
export interface StoredObject {
  readonly key: StorageKey;
  /** Bytes. */
  readonly size: number;
  /** Epoch milliseconds; by the service's clock. */
  readonly modifiedAt: number;
  /**
   * An address of it that others can use, such as `s3://bucket/key?versionId=…`; holds no secret. Present at most
   * where a storage was asked for that object alone.
   */
  readonly address?: string;
  /** Where its bytes lie as a file of this machine, for reading only; it may be gone by then. */
  readonly path?: string;
}

/**
 * Named bytes, nothing more. The store above it does all hashing.
 *
 * The service behind it must give read-after-write and list-after-write, and keep what it has acknowledged.
 * Calls may be made at the same time.
 */
export interface Storage extends AsyncDisposable {
  readonly capabilities: StorageCapabilities;

  /** Where it is, for people; holds no secret. */
  readonly location: string;

  /**
   * Stores a body under `key`; replaces what was there unless `ifAbsent`.
   *
   * Nothing partial is ever visible: after a rejection the key holds its former object or the whole new one.
   * A body that is short, long or broken leaves the former. Durable when it resolves.
   * @throws {StorageError} `exists`, `size_mismatch`, `denied`, `full`, `unavailable`, `closed`.
   */
  put(key: StorageKey, body: ObjectBody, options?: PutOptions): Promise<void>;

  /**
   * Reads an object.
   *
   * A range that starts at or past the end, or is empty, is `invalid_range`; one that only ends past it is cut.
   * @throws {StorageError} `not_found`, `invalid_range`, `denied`, `unavailable`, `closed`.
   */
  get(key: StorageKey, options?: GetOptions): Promise<ReadableStream<Uint8Array>>;

  /**
   * `undefined` only when the key is known to be absent; never when it could not be asked.
   * @throws {StorageError} `denied`, `unavailable`, `closed`.
   */
  stat(key: StorageKey, options?: OperationOptions): Promise<StoredObject | undefined>;

  /**
   * Each key that begins with `prefix` once, in no order; complete or fails. `prefix` need not end at a `/`.
   * @throws {StorageError} `denied`, `unavailable`, `closed`.
   */
  list(prefix: string, options?: OperationOptions): AsyncIterable<StoredObject>;

  /**
   * Removes an object; succeeds if the key is absent already.
   * @throws {StorageError} `denied`, `unavailable`, `closed`.
   */
  delete(key: StorageKey, options?: OperationOptions): Promise<void>;
}
