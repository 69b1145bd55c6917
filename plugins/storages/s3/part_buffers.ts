import type { ByteBudget } from "./byte_budget.ts";

/** Memory for one part; somebody else's again once it is disposed. */
export interface PartBuffer extends Disposable {
  readonly bytes: Uint8Array;
}

/**
 * Memory for parts of bodies, shared by all uploads of a storage: new memory for each part would lie about as garbage for
 * a while, and memory kept by each upload would grow with their number.
 */
export class PartBuffers {
  readonly #budget: ByteBudget;
  readonly #isShared: boolean;
  readonly #spare: Uint8Array[] = [];

  /**
   * @param budget What is lent counts there.
   * @param isShared Whether threads are to share the memory.
   */
  constructor(budget: ByteBudget, isShared: boolean) {
    this.#budget = budget;
    this.#isShared = isShared;
  }

  /**
   * Lends memory, once there is room.
   *
   * @param partBytes Size of parts of this upload; those of one size share memory.
   * @param size Bytes of this part, at most `partBytes`.
   * @throws The signal's reason.
   */
  async take(partBytes: number, size: number, signal: AbortSignal | undefined): Promise<PartBuffer> {
    const held = await this.#budget.take(partBytes, signal);
    let buffer = this.#spare.pop();
    if (buffer?.length !== partBytes) {
      // Another upload has parts of another size: theirs go.
      this.#spare.length = 0;
      buffer = new Uint8Array(this.#isShared ? new SharedArrayBuffer(partBytes) : new ArrayBuffer(partBytes));
    }
    let given = false;
    return {
      bytes: buffer.subarray(0, size),
      [Symbol.dispose]: () => {
        if (given) return;
        given = true;
        this.#spare.push(buffer);
        held[Symbol.dispose]();
      },
    };
  }
}
