import { createHash } from "node:crypto";
import type { FileToWrite } from "./extract_messages.ts";
import { PIECE_BYTES } from "./extract_piece_messages.ts";
import { objectCorrupt } from "./verified_stream.ts";
import { ReadOnlyFile } from "./write_files.ts";

/**
 * A file that comes in pieces in any order, and is gone again unless it was found right.
 *
 * It is hashed in order while it grows: what came before its turn is read back, most likely from memory, so that the bytes
 * that are checked are those of the file.
 */
export class PiecedFile implements Disposable {
  readonly #file: FileToWrite;
  readonly #target: ReadOnlyFile;
  readonly #hash = createHash("sha256");
  /** Where pieces lie whose turn has not come: by offset, their length. */
  readonly #ahead = new Map<number, number>();
  readonly #buffer = new Uint8Array(PIECE_BYTES);
  #hashed = 0;

  /** @throws {OutsideError} `disk_full`, `write_failed`. */
  constructor(file: FileToWrite) {
    this.#file = file;
    this.#target = new ReadOnlyFile(file);
  }

  /**
   * Writes a piece; no two overlap.
   *
   * @throws {OutsideError} `disk_full`, `write_failed`.
   */
  write(offset: number, bytes: Uint8Array): void {
    this.#target.writeAt(offset, bytes);
    if (offset !== this.#hashed) {
      this.#ahead.set(offset, bytes.length);
      return;
    }
    this.#hash.update(bytes);
    this.#hashed += bytes.length;
    for (let length; (length = this.#ahead.get(this.#hashed)) !== undefined;) {
      this.#ahead.delete(this.#hashed);
      this.#hashBack(length);
    }
  }

  /** Checks the whole, and keeps it. @throws {CorruptionError} `object_corrupt`. */
  finish(): void {
    const { digest, size } = this.#file;
    if (this.#hashed !== size) throw objectCorrupt(digest, `it has ${this.#hashed} of its ${size} bytes`);
    const found = this.#hash.digest("hex");
    if (`sha256:${found}` !== digest) throw objectCorrupt(digest, `its bytes hash to sha256:${found}`);
    this.#target.keep();
  }

  #hashBack(length: number): void {
    for (let left = length; left > 0;) {
      const bytes = this.#target.readAt(this.#hashed, this.#buffer.subarray(0, Math.min(left, PIECE_BYTES)));
      if (bytes.length === 0) return;
      this.#hash.update(bytes);
      this.#hashed += bytes.length;
      left -= bytes.length;
    }
  }

  [Symbol.dispose](): void {
    this.#target[Symbol.dispose]();
  }
}
