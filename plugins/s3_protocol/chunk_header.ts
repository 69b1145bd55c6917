import { S3Fault } from "./errors.ts";

const CR = 0x0d, LF = 0x0a;

/** Gathers lines that end in CR LF, or in LF, out of bytes that come in pieces of any size. */
export class ChunkHeaderReader {
  readonly #buffer: Uint8Array;
  #length = 0;
  #done = false;

  /** @param maxBytes Longest line, without its end. */
  constructor(maxBytes: number) {
    this.#buffer = new Uint8Array(maxBytes + 1);
  }

  /**
   * Takes bytes from `at` up to the end of a line.
   *
   * @returns Where it stopped: after the line's end, or at the end of `bytes`.
   * @throws {S3Fault} `InvalidRequest` if the line is too long.
   */
  push(bytes: Uint8Array, at: number): number {
    const end = bytes.indexOf(LF, at);
    const piece = bytes.subarray(at, end < 0 ? bytes.length : end);
    if (this.#length + piece.length > this.#buffer.length) {
      throw new S3Fault("InvalidRequest", {
        message: "The aws-chunked body has a header or trailer that is too long",
      });
    }
    this.#buffer.set(piece, this.#length);
    this.#length += piece.length;
    this.#done = end >= 0;
    return end < 0 ? bytes.length : end + 1;
  }

  /** The line, once it is whole, without its end; `undefined` before. */
  take(): string | undefined {
    if (!this.#done) return undefined;
    const length = this.#buffer[this.#length - 1] === CR && this.#length > 0
      ? this.#length - 1
      : this.#length;
    const line = String.fromCharCode(...this.#buffer.subarray(0, length));
    this.#length = 0;
    this.#done = false;
    return line;
  }
}
