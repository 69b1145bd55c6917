import type { OperationOptions } from "../plugin/context.ts";
import { isStorageError, type Storage, type StorageKey } from "../plugin/storage.ts";
import { readAll } from "./verified_stream.ts";

const ATTEMPTS = 3;

/** A part of an object, in bytes. */
export interface Range {
  readonly offset: number;
  readonly length: number;
}

/**
 * Reads a range whole. A stream that breaks midway as `unavailable` is read again, a few times: nothing else resumes
 * one.
 *
 * @throws {StorageError} as {@link Storage.get}.
 */
export async function readRange(
  storage: Storage,
  key: StorageKey,
  range: Range,
  options: OperationOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  for (let attempt = 1;; attempt++) {
    try {
      return await readAll(await storage.get(key, { ...options, range }));
    } catch (error) {
      if (attempt === ATTEMPTS || !isStorageError(error, "unavailable")) throw error;
      options.signal?.throwIfAborted();
    }
  }
}
