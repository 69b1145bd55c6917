/** A cyclic redundancy check over bytes that come piece by piece; all three that S3 has are reflected, and inverted at both ends. */
export interface Crc {
  update(bytes: Uint8Array): void;
  /** The value so far, big-endian. Does not end it. */
  value(): Uint8Array;
}

const SLICES = 16;

/** Tables for 16 bytes at a time: entry `k * 256 + b` is what byte `b` comes to after `k` further zero bytes. */
function tables32(polynomial: number): Int32Array {
  const tables = new Int32Array(SLICES * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    tables[byte] = crc;
  }
  for (let i = 256; i < tables.length; i++) {
    const before = tables[i - 256]!;
    tables[i] = (before >>> 8) ^ tables[before & 255]!;
  }
  return tables;
}

/** Castagnoli's polynomial, reversed. @see {@link https://www.rfc-editor.org/rfc/rfc3720#appendix-B.4} */
export const CRC32C_POLYNOMIAL = 0x82f63b78;

let crc32cTables: Int32Array | undefined;

/** CRC-32C, by sixteen tables at a time (Kounavis and Berry, "slicing-by-N"). */
export class Crc32c implements Crc {
  readonly #tables = crc32cTables ??= tables32(CRC32C_POLYNOMIAL);
  #state = -1;

  update(bytes: Uint8Array): void {
    const t = this.#tables;
    const sliced = bytes.length - 15;
    let crc = this.#state;
    let i = 0;
    for (; i < sliced; i += 16) {
      crc ^= bytes[i]! | bytes[i + 1]! << 8 | bytes[i + 2]! << 16 | bytes[i + 3]! << 24;
      crc = t[3840 + (crc & 255)]! ^ t[3584 + (crc >>> 8 & 255)]! ^ t[3328 + (crc >>> 16 & 255)]! ^
        t[3072 + (crc >>> 24)]! ^ t[2816 + bytes[i + 4]!]! ^ t[2560 + bytes[i + 5]!]! ^
        t[2304 + bytes[i + 6]!]! ^ t[2048 + bytes[i + 7]!]! ^ t[1792 + bytes[i + 8]!]! ^
        t[1536 + bytes[i + 9]!]! ^ t[1280 + bytes[i + 10]!]! ^ t[1024 + bytes[i + 11]!]! ^
        t[768 + bytes[i + 12]!]! ^ t[512 + bytes[i + 13]!]! ^ t[256 + bytes[i + 14]!]! ^ t[bytes[i + 15]!]!;
    }
    for (; i < bytes.length; i++) crc = (crc >>> 8) ^ t[(crc ^ bytes[i]!) & 255]!;
    this.#state = crc;
  }

  value(): Uint8Array {
    const out = new Uint8Array(4);
    new DataView(out.buffer).setInt32(0, ~this.#state);
    return out;
  }
}
