import { createHash } from "node:crypto";
import { CorruptionError } from "../errors.ts";
import { type Digest, digestHex, parseDigest } from "../model/digest.ts";

/**
 * The bytes of a pack, version 1.
 *
 * A pack holds many small objects, and is named by the SHA-256 of all its bytes:
 *
 * 1. the objects' bytes, one after another, nothing between;
 * 2. the index: for each object, in the same order, 32 bytes of SHA-256 and 4 bytes of length;
 * 3. the footer, 56 bytes: SHA-256 of the index (32), bytes before the index (8), number of objects (4),
 *    version (4), and the letters `AEROPACK`.
 *
 * Numbers are unsigned and little-endian. An object's offset is the sum of the lengths before it; a last length of
 * 4,294,967,295 stands for all that is left. A reader gets the footer and the index from the tail, without the
 * objects.
 */
export interface PackEntry {
  readonly digest: Digest;
  /** Bytes from the pack's beginning. */
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
}

/** Bytes of one entry of the index. */
export const PACK_ENTRY_BYTES = 36;

/** Bytes of the footer. */
export const PACK_FOOTER_BYTES = 56;

const MAGIC = new TextEncoder().encode("AEROPACK");
const VERSION = 1;
/** As a length: all bytes that are left before the index. Only the last object may have it. */
const REST = 0xffff_ffff;

/** Writes one entry of an index to `index` at `at`. */
export function writePackEntry(index: Uint8Array, at: number, digest: Digest, length: number): void {
  index.set(bytesOfHex(digestHex(digest)), at);
  new DataView(index.buffer, index.byteOffset).setUint32(at + 32, Math.min(length, REST), true);
}

/** The footer that closes a pack whose objects take `dataBytes`. */
export function writePackFooter(index: Uint8Array, dataBytes: number): Uint8Array<ArrayBuffer> {
  const footer = new Uint8Array(PACK_FOOTER_BYTES);
  footer.set(createHash("sha256").update(index).digest(), 0);
  const view = new DataView(footer.buffer);
  view.setBigUint64(32, BigInt(dataBytes), true);
  view.setUint32(40, index.length / PACK_ENTRY_BYTES, true);
  view.setUint32(44, VERSION, true);
  footer.set(MAGIC, 48);
  return footer;
}

/** How many bytes of the tail hold index and footer. */
export interface PackTail {
  readonly dataBytes: number;
  readonly indexBytes: number;
}

/**
 * Reads a footer.
 *
 * @param footer The last {@link PACK_FOOTER_BYTES} of the pack.
 * @param packBytes Size of the whole pack.
 * @throws {CorruptionError} `pack_corrupt`.
 */
export function readPackFooter(footer: Uint8Array, packBytes: number, pack: Digest): PackTail {
  if (footer.length !== PACK_FOOTER_BYTES) throw corrupt(pack, "it is too short to be a pack");
  if (!MAGIC.every((byte, i) => footer[48 + i] === byte)) {
    throw corrupt(pack, "it does not end as a pack does");
  }
  const view = new DataView(footer.buffer, footer.byteOffset, footer.byteLength);
  const version = view.getUint32(44, true);
  if (version !== VERSION) {
    throw corrupt(pack, `its format is version ${version}, and this aero reads ${VERSION}`);
  }
  const dataBytes = Number(view.getBigUint64(32, true));
  const indexBytes = view.getUint32(40, true) * PACK_ENTRY_BYTES;
  if (dataBytes + indexBytes + PACK_FOOTER_BYTES !== packBytes) {
    throw corrupt(pack, `it has ${packBytes} bytes, and its footer tells of others`);
  }
  return { dataBytes, indexBytes };
}

/**
 * Reads an index, which must be the one that `footer` was made for.
 *
 * @throws {CorruptionError} `pack_corrupt`.
 */
export function readPackIndex(
  index: Uint8Array,
  footer: Uint8Array,
  dataBytes: number,
  pack: Digest,
): PackEntry[] {
  const hash = createHash("sha256").update(index).digest();
  if (!hash.every((byte, i) => footer[i] === byte)) {
    throw corrupt(pack, "its index does not match the digest in its footer");
  }
  const entries = readPackEntries(index, dataBytes);
  const last = entries.at(-1);
  if ((last ? last.offset + last.length : 0) !== dataBytes) throw corrupt(pack, "its index does not fill it");
  return entries;
}

/**
 * The entries of an index that is known to be whole.
 *
 * @param dataBytes Bytes before the index; tells the length of an object of 4 GiB or more, and may be left out where
 *   there can be none.
 */
export function readPackEntries(index: Uint8Array, dataBytes = 0): PackEntry[] {
  const view = new DataView(index.buffer, index.byteOffset, index.byteLength);
  const entries: PackEntry[] = [];
  let offset = 0;
  for (let at = 0; at < index.length; at += PACK_ENTRY_BYTES) {
    const stated = view.getUint32(at + 32, true);
    const isRest = stated === REST && at + PACK_ENTRY_BYTES === index.length;
    const length = isRest ? dataBytes - offset : stated;
    const digest = digestOfBytes(index.subarray(at, at + 32));
    entries.push({ digest, offset, length });
    offset += length;
  }
  return entries;
}

/** A whole pack in memory. */
export function buildPack(
  objects: readonly { digest: Digest; bytes: Uint8Array }[],
): Uint8Array<ArrayBuffer> {
  const dataBytes = objects.reduce((sum, object) => sum + object.bytes.length, 0);
  const index = new Uint8Array(objects.length * PACK_ENTRY_BYTES);
  objects.forEach(({ digest, bytes }, i) =>
    writePackEntry(index, i * PACK_ENTRY_BYTES, digest, bytes.length)
  );
  const pack = new Uint8Array(dataBytes + index.length + PACK_FOOTER_BYTES);
  let at = 0;
  for (const part of [...objects.map((object) => object.bytes), index, writePackFooter(index, dataBytes)]) {
    pack.set(part, at);
    at += part.length;
  }
  return pack;
}

/** The 32 bytes of a digest. */
export function bytesOfDigest(digest: Digest): Uint8Array<ArrayBuffer> {
  return bytesOfHex(digestHex(digest));
}

/** The digest of 32 bytes. */
export function digestOfBytes(bytes: Uint8Array): Digest {
  return parseDigest(`sha256:${bytes.toHex()}`);
}

function bytesOfHex(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromHex(hex);
}

function corrupt(pack: Digest, why: string): CorruptionError {
  return new CorruptionError("pack_corrupt", {
    what: `Cannot read the pack ${pack}`,
    why,
    fix: ["`aero storage fsck`"],
  });
}
