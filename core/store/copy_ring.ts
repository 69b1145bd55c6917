import { READ_BYTES } from "./file_reading.ts";

const SLOTS = 16;
// Places in the control words.
const WRITTEN = 0, TAKEN = 1, BROKEN = 2, LENGTHS = 3;
const CONTROL_BYTES = 4 * (LENGTHS + SLOTS);
const END = -1;
const GONE = -2;

/**
 * A ring of buffers between two threads: one reads and hashes a file while the other writes the same bytes, so that
 * what is stored is what was hashed.
 */
export class CopyRing {
  readonly memory: SharedArrayBuffer;
  readonly #control: Int32Array;

  /** Over the memory of another thread's ring, or over new memory. */
  constructor(memory = new SharedArrayBuffer(CONTROL_BYTES + SLOTS * READ_BYTES)) {
    this.memory = memory;
    this.#control = new Int32Array(memory, 0, CONTROL_BYTES / 4);
  }

  /** The next buffer to fill; waits until the other thread has emptied one. */
  free(): Uint8Array {
    const written = Atomics.load(this.#control, WRITTEN);
    while (true) {
      const taken = Atomics.load(this.#control, TAKEN);
      if (written - taken < SLOTS || Atomics.load(this.#control, BROKEN) === 1) return this.#slot(written);
      Atomics.wait(this.#control, TAKEN, taken);
    }
  }

  /** Hands over the buffer that {@link free} gave. */
  push(length: number): void {
    const written = Atomics.load(this.#control, WRITTEN);
    this.#control[LENGTHS + written % SLOTS] = length;
    Atomics.store(this.#control, WRITTEN, written + 1);
    Atomics.notify(this.#control, WRITTEN);
  }

  /** No more comes; `whole` is false if the file could not be read to its end. */
  end(whole: boolean): void {
    this.free();
    this.push(whole ? END : GONE);
  }

  /** Whether the writing thread has given up. */
  get isBroken(): boolean {
    return Atomics.load(this.#control, BROKEN) === 1;
  }

  /** Gives `write` each piece in order until the end; whether all came. */
  drain(write: (bytes: Uint8Array) => void): boolean {
    try {
      for (let taken = 0;; taken++) {
        // Being woken proves nothing: the notice may be of the piece before, which was taken without waiting.
        while (Atomics.load(this.#control, WRITTEN) === taken) Atomics.wait(this.#control, WRITTEN, taken);
        const length = this.#control[LENGTHS + taken % SLOTS]!;
        if (length < 0) return length === END;
        write(this.#slot(taken).subarray(0, length));
        Atomics.store(this.#control, TAKEN, taken + 1);
        Atomics.notify(this.#control, TAKEN);
      }
    } catch (error) {
      Atomics.store(this.#control, BROKEN, 1);
      Atomics.notify(this.#control, TAKEN);
      // The reader may be between looking and waiting: a changed word wakes it in any case.
      Atomics.add(this.#control, TAKEN, 1);
      Atomics.notify(this.#control, TAKEN);
      throw error;
    }
  }

  #slot(number: number): Uint8Array {
    return new Uint8Array(this.memory, CONTROL_BYTES + (number % SLOTS) * READ_BYTES, READ_BYTES);
  }
}
