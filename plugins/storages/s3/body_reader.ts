import { type ObjectBody, StorageError } from "../../../core/plugin/storage.ts";

/** The bytes of a body in order, in pieces of a wanted length; holds the body to the size that it announced. */
export class BodyReader implements AsyncDisposable {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #what: string;
  readonly #size: number;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort: () => void;
  #rest: Uint8Array = new Uint8Array();
  #read = 0;

  /** @param what The report's `what`. */
  constructor(body: ObjectBody, what: string, signal: AbortSignal | undefined) {
    this.#reader = body.open().getReader();
    this.#what = what;
    this.#size = body.size;
    this.#signal = signal;
    this.#onAbort = () => void this.#reader.cancel(signal?.reason).catch(() => {});
    signal?.addEventListener("abort", this.#onAbort);
  }

  /** The next `length` bytes. @throws {StorageError} `size_mismatch` if there are fewer; what the body fails with. */
  async take(length: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length;) {
      if (this.#rest.length === 0 && !await this.#more()) throw this.#mismatch(String(this.#read));
      const piece = this.#rest.subarray(0, length - at);
      bytes.set(piece, at);
      at += piece.length;
      this.#rest = this.#rest.subarray(piece.length);
    }
    return bytes;
  }

  /** States that nothing follows. @throws {StorageError} `size_mismatch`; what the body fails with. */
  async end(): Promise<void> {
    while (this.#rest.length === 0) if (!await this.#more()) return;
    throw this.#mismatch(`at least ${this.#read}`);
  }

  async #more(): Promise<boolean> {
    try {
      this.#signal?.throwIfAborted();
      const { done, value } = await this.#reader.read();
      this.#signal?.throwIfAborted();
      if (done) return false;
      this.#rest = value;
      this.#read += value.length;
      return true;
    } catch (error) {
      // A body that fails because of the abort must not hide it.
      this.#signal?.throwIfAborted();
      throw error;
    }
  }

  #mismatch(actual: string): StorageError {
    return new StorageError("size_mismatch", {
      what: this.#what,
      why: `the body has ${actual} bytes, and ${this.#size} were announced`,
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#reader.cancel().catch(() => {});
    this.#reader.releaseLock();
    return Promise.resolve();
  }
}
