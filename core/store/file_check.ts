import { createHash } from "node:crypto";
import { READ_BYTES } from "./file_reading.ts";

/** A file that is read from its beginning, and found to have the digest it should before its last bytes are given. */
export class FileCheck implements Disposable {
  readonly #file: Deno.FsFile;
  readonly #size: number;
  readonly #hex: string;
  readonly #hash = createHash("sha256");
  #read = 0;

  /**
   * @param hex SHA-256.
   * @throws Errors of the file system.
   */
  constructor(path: string, size: number, hex: string) {
    this.#file = Deno.openSync(path);
    this.#size = size;
    this.#hex = hex;
  }

  /**
   * Fills a buffer with what comes next; it is full but at the end.
   *
   * @returns How many bytes; 0 past the end.
   * @throws {RangeError} If the file has another size or digest; errors of the file system.
   */
  fill(buffer: Uint8Array): number {
    const wanted = Math.min(buffer.length, this.#size - this.#read);
    let length = 0;
    while (length < wanted) {
      const read = this.#file.readSync(buffer.subarray(length, Math.min(wanted, length + READ_BYTES)));
      if (read === null) throw new RangeError(`it has ${this.#read + length} of its ${this.#size} bytes`);
      this.#hash.update(buffer.subarray(length, length + read));
      length += read;
    }
    this.#read += length;
    if (wanted > 0 && this.#read === this.#size) this.#finish();
    return length;
  }

  #finish(): void {
    if (this.#file.readSync(new Uint8Array(1)) !== null) {
      throw new RangeError(`it is longer than its ${this.#size} bytes`);
    }
    const found = this.#hash.digest("hex");
    if (found !== this.#hex) throw new RangeError(`its bytes hash to sha256:${found}`);
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}
