import { crc32 } from "node:zlib";
import { ObjectEngineError } from "./engine_error.ts";

/** Bytes of a body that one checksum covers; a range is checked by reading the blocks that it touches whole. */
export const BLOCK_BYTES = 64 * 1024;

/** Bodies up to here lie in the database, larger ones in files; bytes. */
export const SMALL_BODY_BYTES = 64 * 1024;

/** The CRC-32 of each block of a body, in order, four bytes each, little-endian. */
export class BlockChecks {
  #view = new DataView(new ArrayBuffer(16));
  #count = 0;

  /** Takes the next block: {@link BLOCK_BYTES} of them, but for the last. */
  add(block: Uint8Array): void {
    if (this.#count * 4 === this.#view.byteLength) {
      const larger = new Uint8Array(this.#count * 8);
      larger.set(new Uint8Array(this.#view.buffer));
      this.#view = new DataView(larger.buffer);
    }
    this.#view.setUint32(this.#count++ * 4, crc32(block), true);
  }

  bytes(): Uint8Array {
    return new Uint8Array(this.#view.buffer).slice(0, this.#count * 4);
  }
}

/** The checks of a body of one block at most. */
export function checksOf(bytes: Uint8Array): Uint8Array {
  const checks = new BlockChecks();
  if (bytes.length > 0) checks.add(bytes);
  return checks.bytes();
}

/** Whether a block is what it was when its checksum was taken. */
export function isBlockIntact(checks: Uint8Array, index: number, block: Uint8Array): boolean {
  const view = new DataView(checks.buffer, checks.byteOffset, checks.byteLength);
  return (index + 1) * 4 <= checks.length && view.getUint32(index * 4, true) === crc32(block);
}

/** The failure of a read of a body that is not what it was. */
export function damaged(body: number, why: string, cause?: unknown): ObjectEngineError {
  return new ObjectEngineError("corrupt", { what: `Cannot read body ${body} of the object server`, why }, {
    cause,
  });
}
