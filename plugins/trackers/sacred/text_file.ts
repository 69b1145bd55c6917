import { concat } from "./concat_bytes.ts";
import type { Collections } from "./documents.ts";
import {
  type ArtifactEntry,
  CHUNK_BYTES,
  putChunk,
  putFileDocument,
  readChunk,
  type RunFile,
} from "./grid_file.ts";

const NEWLINE = 0x0a;

/** What a program printed to one stream, as a file that grows chunk by chunk while the run goes on. */
export class TextFile {
  readonly #at: Collections;
  readonly #file: RunFile;
  #length: number;
  /** The last chunk, as far as it is full; `undefined` until it was looked up. */
  #tail: Uint8Array | undefined;

  /** @param length Bytes that are there. */
  constructor(at: Collections, file: RunFile, length: number) {
    this.#at = at;
    this.#file = file;
    this.#length = length;
    if (length % CHUNK_BYTES === 0) this.#tail = new Uint8Array();
  }

  /** Goes on with the file. What two writers append at one place is the same, and there once. */
  async append(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    this.#tail ??= await this.#readTail();
    const first = Math.floor(this.#length / CHUNK_BYTES);
    const all = concat(this.#tail, bytes);
    for (let at = 0; at < all.length; at += CHUNK_BYTES) {
      await putChunk(this.#at, this.#file, first + at / CHUNK_BYTES, all.subarray(at, at + CHUNK_BYTES));
    }
    this.#length += bytes.length;
    this.#tail = all.slice(all.length - all.length % CHUNK_BYTES);
  }

  /** Makes it an artifact; `undefined` if nothing was printed. */
  async close(): Promise<ArtifactEntry | undefined> {
    if (this.#length === 0) return undefined;
    return await putFileDocument(this.#at, this.#file, this.#length, { contentType: "text/plain" });
  }

  async #readTail(): Promise<Uint8Array> {
    const filled = this.#length % CHUNK_BYTES;
    const bytes = await readChunk(this.#at, this.#file, Math.floor(this.#length / CHUNK_BYTES));
    // Somebody removed it: places of what follows stay as they are.
    if (bytes.length < filled) return concat(bytes, new Uint8Array(filled - bytes.length).fill(NEWLINE));
    return bytes.slice(0, filled);
  }
}
