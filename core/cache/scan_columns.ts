import { type Digest, digestHex, parseDigest } from "../model/digest.ts";
import type { ScannedFile } from "../model/tree_scan.ts";

const NUMBERS = 5;
const DIGEST_BYTES = 32;

/**
 * Scanned files as bytes: their number (8 bytes), five columns of little-endian doubles (size, modified, changed,
 * inode, device), a column of digests, and the paths, each ended by NUL. Columns, since 100,000 rows of JSON would
 * cost more to read than the files' stamps.
 */
export function encodeScan(files: readonly ScannedFile[]): Uint8Array<ArrayBuffer> {
  const count = files.length;
  const paths = new TextEncoder().encode(files.map((file) => `${file.path}\0`).join(""));
  const bytes = new Uint8Array(8 + count * (NUMBERS * 8 + DIGEST_BYTES) + paths.length);
  const numbers = new Float64Array(bytes.buffer, 0, 1 + count * NUMBERS);
  numbers[0] = count;
  const digests = 8 + count * NUMBERS * 8;
  files.forEach(({ stamp, digest }, i) => {
    const row = [stamp.size, stamp.modifiedAt, stamp.changedAt, stamp.inode, stamp.device];
    row.forEach((value, column) => numbers[1 + column * count + i] = value);
    bytes.set(Uint8Array.fromHex(digestHex(digest)), digests + i * DIGEST_BYTES);
  });
  bytes.set(paths, digests + count * DIGEST_BYTES);
  return bytes;
}

/** Scanned files from bytes; `undefined` if the bytes are not what {@link encodeScan} makes. */
export function decodeScan(encoded: Uint8Array): ScannedFile[] | undefined {
  // Copied, so that the doubles are aligned.
  const bytes = encoded.slice();
  if (bytes.length < 8) return undefined;
  const count = new Float64Array(bytes.buffer, 0, 1)[0]!;
  if (!Number.isSafeInteger(count) || count < 0) return undefined;
  const digests = 8 + count * NUMBERS * 8;
  if (bytes.length < digests + count * DIGEST_BYTES) return undefined;
  const numbers = new Float64Array(bytes.buffer, 8, count * NUMBERS);
  const paths = new TextDecoder().decode(bytes.subarray(digests + count * DIGEST_BYTES)).split("\0");
  if (paths.length !== count + 1) return undefined;
  const files: ScannedFile[] = new Array(count);
  for (let i = 0; i < count; i++) {
    const at = digests + i * DIGEST_BYTES;
    files[i] = {
      path: paths[i]!,
      stamp: {
        size: numbers[i]!,
        modifiedAt: numbers[count + i]!,
        changedAt: numbers[2 * count + i]!,
        inode: numbers[3 * count + i]!,
        device: numbers[4 * count + i]!,
      },
      digest: readDigest(bytes.subarray(at, at + DIGEST_BYTES)),
    };
  }
  return files;
}

function readDigest(bytes: Uint8Array): Digest {
  return parseDigest(`sha256:${bytes.toHex()}`);
}
