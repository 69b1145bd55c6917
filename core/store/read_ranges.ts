import type { OperationOptions } from "../plugin/context.ts";
import { isStorageError, type Storage, type StorageKey } from "../plugin/storage.ts";
import { readAll } from "./verified_stream.ts";

/** Objects from this size on are worth several requests at once, in bytes. */
export const RANGED_FROM_BYTES = 32 * 1024 * 1024;
const PART_BYTES = 16 * 1024 * 1024;
// Parts of one object that are held in memory: four of them fill a gigabit at 100 ms a request several times over.
const PARTS_AHEAD = 4;
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

/**
 * The bytes of a large object in order, read by several requests at once. Holds some parts of it in memory.
 *
 * @param size Of the whole object, in bytes.
 * @throws {StorageError} as {@link Storage.get}, while it is read.
 */
export async function* readParts(
  storage: Storage,
  key: StorageKey,
  size: number,
  options: OperationOptions,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const under: Promise<Uint8Array<ArrayBuffer>>[] = [];
  let next = 0;
  const begin = () => {
    const range = { offset: next, length: Math.min(PART_BYTES, size - next) };
    const part = readRange(storage, key, range, options);
    // Told when its turn comes.
    part.catch(() => {});
    under.push(part);
    next += range.length;
  };
  try {
    for (;;) {
      while (next < size && under.length < PARTS_AHEAD) begin();
      const part = under.shift();
      if (part === undefined) return;
      yield await part;
    }
  } finally {
    await Promise.allSettled(under);
  }
}
