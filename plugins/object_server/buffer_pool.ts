/**
 * Buffers of one size that are used again, so that a large body costs one buffer, not one for each read; and no more of
 * them than a bound, so that a thousand bodies at once do not cost a thousand.
 *
 * A buffer that a read may still write to must not be given back, but is to be {@link BufferPool.drop dropped}.
 */
export class BufferPool {
  readonly #free: Uint8Array<ArrayBuffer>[] = [];
  readonly #bytes: number;
  #left: number;

  /** @param count Most buffers at once. */
  constructor(bytes: number, count: number) {
    this.#bytes = bytes;
    this.#left = count;
  }

  /** A buffer with anything in it; `undefined` while all are in use. */
  take(): Uint8Array<ArrayBuffer> | undefined {
    if (this.#left === 0) return undefined;
    this.#left--;
    return this.#free.pop() ?? new Uint8Array(this.#bytes);
  }

  /** Gives a buffer back; it is not touched afterwards. */
  give(buffer: Uint8Array<ArrayBuffer>): void {
    this.#left++;
    this.#free.push(buffer);
  }

  /** Lets another buffer be made in the place of one that cannot be given back. */
  drop(): void {
    this.#left++;
  }
}
