import type { OperationOptions } from "../plugin/context.ts";
import { isStorageError, type Storage, type StorageKey } from "../plugin/storage.ts";
import { mapConcurrent } from "./concurrent.ts";
import type { FileToWrite } from "./extract_messages.ts";
import type { PieceWriter, Slot } from "./extract_piece_writer.ts";
import { objectCorrupt } from "./verified_stream.ts";

/** Objects from this size on are worth several requests at once, in bytes. */
export const RANGED_FROM_BYTES = 32 * 1024 * 1024;
const RANGE_BYTES = 16 * 1024 * 1024;
const ATTEMPTS = 3;

/** How a large object is read. */
export interface RangedOptions extends OperationOptions {
  /** Most requests at once. */
  readonly requests: number;
  /** Called now and then with bytes that came since the last call. */
  readonly onBytes: (bytes: number) => void;
}

/**
 * Writes a large object to a file, by several requests at once. Bytes are written where they belong as they come, so
 * that none wait in memory for others.
 *
 * @throws {StorageError} as {@link Storage.get}; {CorruptionError} `object_corrupt`; {OutsideError} of the file. Nothing
 *   is left of it then.
 */
export async function extractRanges(
  storage: Storage,
  key: StorageKey,
  file: FileToWrite,
  writer: PieceWriter,
  options: RangedOptions,
): Promise<void> {
  const offsets = Array.from({ length: Math.ceil(file.size / RANGE_BYTES) }, (_, i) => i * RANGE_BYTES);
  writer.open(file);
  try {
    await mapConcurrent(offsets, options.requests, async (offset) => {
      const range = new RangeReading(
        file,
        offset,
        Math.min(offset + RANGE_BYTES, file.size),
        writer,
        options,
      );
      await range.readAll(storage, key);
    });
    await writer.finish();
  } catch (error) {
    await writer.drop();
    throw error;
  }
}

/** A part of an object on its way into a file. */
class RangeReading {
  readonly #file: FileToWrite;
  readonly #end: number;
  readonly #writer: PieceWriter;
  readonly #options: RangedOptions;
  /** Of the next byte to come. */
  #at: number;

  constructor(file: FileToWrite, offset: number, end: number, writer: PieceWriter, options: RangedOptions) {
    this.#file = file;
    this.#at = offset;
    this.#end = end;
    this.#writer = writer;
    this.#options = options;
  }

  /** Goes on where a stream broke as `unavailable`, a few times: nothing else resumes one. */
  async readAll(storage: Storage, key: StorageKey): Promise<void> {
    const { signal } = this.#options;
    for (let attempt = 1;; attempt++) {
      try {
        const range = { offset: this.#at, length: this.#end - this.#at };
        await this.#take(await storage.get(key, { ...(signal && { signal }), range, lendsChunks: true }));
        break;
      } catch (error) {
        if (attempt === ATTEMPTS || !isStorageError(error, "unavailable")) throw error;
        signal?.throwIfAborted();
        if (this.#at === this.#end) break;
      }
    }
    if (this.#at < this.#end) {
      throw objectCorrupt(this.#file.digest, `its bytes from ${this.#at} on are missing`);
    }
  }

  async #take(stream: ReadableStream<Uint8Array>): Promise<void> {
    let slot: Slot | undefined;
    let filled = 0;
    const hand = () => {
      if (slot === undefined) return;
      this.#writer.write(slot, this.#at - filled, filled);
      this.#options.onBytes(filled);
      slot = undefined;
      filled = 0;
    };
    try {
      for await (const chunk of stream) {
        if (this.#at + chunk.length > this.#end) {
          throw objectCorrupt(this.#file.digest, "more of it came than was asked for");
        }
        for (let from = 0; from < chunk.length;) {
          slot ??= await this.#writer.slot();
          const piece = chunk.subarray(from, from + slot.bytes.length - filled);
          slot.bytes.set(piece, filled);
          filled += piece.length;
          from += piece.length;
          this.#at += piece.length;
          if (filled === slot.bytes.length) hand();
        }
      }
    } finally {
      hand();
    }
  }
}
