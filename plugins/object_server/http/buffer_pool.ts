/**
 * Buffers of one size that are used again, so that a large body costs one buffer, not one for each read.
 *
 * A buffer that a read may still write to must not be given back.
 */
export class BufferPool {
  readonly #free: Uint8Array[] = [];
  readonly #bytes: number;
  readonly #keep: number;

  /** @param keep Most buffers that are held while nobody uses them. */
  constructor(bytes: number, keep: number) {
    this.#bytes = bytes;
    this.#keep = keep;
  }

  /** A buffer with anything in it. */
  take(): Uint8Array {
    return this.#free.pop() ?? new Uint8Array(this.#bytes);
  }

  /** Gives a buffer back; it is not touched afterwards. */
  give(buffer: Uint8Array): void {
    if (this.#free.length < this.#keep) this.#free.push(buffer);
  }
}
