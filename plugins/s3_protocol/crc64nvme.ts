import type { Crc } from "./crc32c.ts";

/** The polynomial of CRC-64/NVME, reversed. @see "NVM Express NVM Command Set Specification", 64b CRC */
export const CRC64NVME_POLYNOMIAL = 0x9a6c9329ac4bc9b5n;

const SLICES = 8;

/** Low and high halves of the tables for 8 bytes at a time; entry `k * 256 + b` as in `crc32c.ts`. */
interface Tables {
  readonly low: Int32Array;
  readonly high: Int32Array;
}

function makeTables(): Tables {
  const low = new Int32Array(SLICES * 256), high = new Int32Array(SLICES * 256);
  const values: bigint[] = [];
  for (let i = 0; i < SLICES * 256; i++) {
    let crc: bigint;
    if (i < 256) {
      crc = BigInt(i);
      for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ CRC64NVME_POLYNOMIAL : crc >> 1n;
    } else {
      const before = values[i - 256]!;
      crc = (before >> 8n) ^ values[Number(before & 255n)]!;
    }
    values.push(crc);
    low[i] = Number(BigInt.asIntN(32, crc));
    high[i] = Number(BigInt.asIntN(32, crc >> 32n));
  }
  return { low, high };
}

let tables: Tables | undefined;

/** CRC-64/NVME, by eight tables at a time. Halves, since the bit operations of the language have 32 bits. */
export class Crc64Nvme implements Crc {
  readonly #tables = tables ??= makeTables();
  #low = -1;
  #high = -1;

  update(bytes: Uint8Array): void {
    const { low, high } = this.#tables;
    const sliced = bytes.length - 7;
    let lo = this.#low, hi = this.#high;
    let i = 0;
    for (; i < sliced; i += 8) {
      lo ^= bytes[i]! | bytes[i + 1]! << 8 | bytes[i + 2]! << 16 | bytes[i + 3]! << 24;
      hi ^= bytes[i + 4]! | bytes[i + 5]! << 8 | bytes[i + 6]! << 16 | bytes[i + 7]! << 24;
      const a = 1792 + (lo & 255), b = 1536 + (lo >>> 8 & 255), c = 1280 + (lo >>> 16 & 255);
      const d = 1024 + (lo >>> 24), e = 768 + (hi & 255), f = 512 + (hi >>> 8 & 255);
      const g = 256 + (hi >>> 16 & 255), h = hi >>> 24;
      lo = low[a]! ^ low[b]! ^ low[c]! ^ low[d]! ^ low[e]! ^ low[f]! ^ low[g]! ^ low[h]!;
      hi = high[a]! ^ high[b]! ^ high[c]! ^ high[d]! ^ high[e]! ^ high[f]! ^ high[g]! ^ high[h]!;
    }
    for (; i < bytes.length; i++) {
      const at = (lo ^ bytes[i]!) & 255;
      lo = ((lo >>> 8) | (hi << 24)) ^ low[at]!;
      hi = (hi >>> 8) ^ high[at]!;
    }
    this.#low = lo;
    this.#high = hi;
  }

  value(): Uint8Array {
    const out = new Uint8Array(8);
    const view = new DataView(out.buffer);
    view.setInt32(0, ~this.#high);
    view.setInt32(4, ~this.#low);
    return out;
  }
}
