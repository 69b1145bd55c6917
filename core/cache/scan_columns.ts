import { createHash } from "node:crypto";
import { type Digest, digestHex } from "../model/digest.ts";
import type { ScannedFile, TreeScan } from "../model/tree_scan.ts";

const NUMBERS = 5;
const DIGEST_BYTES = 32;
const HEAD_BYTES = 16;

/**
 * A scan as bytes: the number of files and when it began, five columns (size, modified, changed, inode, device), all
 * little-endian doubles; the digests of the manifest and of the files; the tree's path and those of the files, each
 * ended by NUL; SHA-256 of all that. Columns, since 100,000 rows of JSON would cost more to read than the files'
 * stamps.
 */
export function encodeScan(root: string, { manifest, scannedAt, files }: TreeScan): Uint8Array<ArrayBuffer> {
  const count = files.length;
  const paths = new TextEncoder().encode([root, ...files.map(({ path }) => path), ""].join("\0"));
  const digests = HEAD_BYTES + count * NUMBERS * 8;
  const texts = digests + (1 + count) * DIGEST_BYTES;
  const bytes = new Uint8Array(texts + paths.length + DIGEST_BYTES);
  const numbers = new Float64Array(bytes.buffer, 0, 2 + count * NUMBERS);
  numbers[0] = count;
  numbers[1] = scannedAt;
  for (let i = 0; i < count; i++) {
    const { size, modifiedAt, changedAt, inode, device } = files[i]!.stamp;
    numbers[2 + i] = size;
    numbers[2 + count + i] = modifiedAt;
    numbers[2 + 2 * count + i] = changedAt;
    numbers[2 + 3 * count + i] = inode;
    numbers[2 + 4 * count + i] = device;
  }
  const hex = [manifest, ...files.map(({ digest }) => digest)].map(digestHex).join("");
  bytes.subarray(digests, texts).setFromHex(hex);
  bytes.set(paths, texts);
  bytes.set(sumOf(bytes), bytes.length - DIGEST_BYTES);
  return bytes;
}

/** The scan of the tree at `root`; `undefined` if the bytes are not what {@link encodeScan} makes for it. */
export function decodeScan(root: string, bytes: Uint8Array<ArrayBuffer>): TreeScan | undefined {
  if (bytes.length < HEAD_BYTES + 2 * DIGEST_BYTES) return undefined;
  const sum = sumOf(bytes);
  if (bytes.subarray(bytes.length - DIGEST_BYTES).some((byte, i) => byte !== sum[i])) return undefined;
  const numbers = new Float64Array(bytes.buffer, 0, Math.floor(bytes.length / 8));
  const count = numbers[0]!;
  const digests = HEAD_BYTES + count * NUMBERS * 8;
  const texts = digests + (1 + count) * DIGEST_BYTES;
  const [of, ...paths] = new TextDecoder().decode(bytes.subarray(texts, -DIGEST_BYTES)).split("\0");
  if (of !== root) return undefined;
  const hex = bytes.subarray(digests, texts).toHex();
  const digestAt = (i: number) =>
    `sha256:${hex.slice(i * 2 * DIGEST_BYTES, (i + 1) * 2 * DIGEST_BYTES)}` as Digest;
  const files: ScannedFile[] = new Array(count);
  for (let i = 0; i < count; i++) {
    files[i] = {
      path: paths[i]!,
      stamp: {
        size: numbers[2 + i]!,
        modifiedAt: numbers[2 + count + i]!,
        changedAt: numbers[2 + 2 * count + i]!,
        inode: numbers[2 + 3 * count + i]!,
        device: numbers[2 + 4 * count + i]!,
      },
      digest: digestAt(1 + i),
    };
  }
  return { manifest: digestAt(0), scannedAt: numbers[1]!, files };
}

/** Of all bytes but the last ones, which are for the sum itself. */
function sumOf(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(bytes.subarray(0, -DIGEST_BYTES)).digest();
}
