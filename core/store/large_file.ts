import { CopyRing } from "./copy_ring.ts";
import { type IngestedFile, READ_BYTES, readLargeFile } from "./file_reading.ts";
import type { LargeCopy } from "./ingest_messages.ts";
import { Spool } from "./staging.ts";

const PROGRESS_BYTES = 16 * 1024 * 1024;

/**
 * Hashes a large file and copies it as it is told; see {@link LargeCopy}. A staged copy is the caller's afterwards.
 *
 * @param onBytes Called now and then with bytes read since the last call.
 * @throws {UserError} `file_changed`, `file_unreadable`, `file_special`.
 * @throws {OutsideError} `disk_full`, `write_failed`.
 */
export function ingestLargeFile(
  path: string,
  copy: LargeCopy,
  onBytes: (bytes: number) => void,
): IngestedFile {
  let waiting = 0;
  const count = (length: number) => {
    waiting += length;
    if (waiting < PROGRESS_BYTES) return;
    onBytes(waiting);
    waiting = 0;
  };
  const file = copy.kind === "ring"
    ? readIntoRing(path, new CopyRing(copy.memory), count)
    : copy.kind === "write"
    ? readIntoFile(path, copy.staged, count)
    : readOnly(path, count);
  if (waiting > 0) onBytes(waiting);
  return file;
}

function readOnly(path: string, count: (length: number) => void): IngestedFile {
  const buffer = new Uint8Array(READ_BYTES);
  return readLargeFile(path, () => buffer, (_, length) => count(length));
}

function readIntoFile(path: string, staged: string, count: (length: number) => void): IngestedFile {
  const cut = staged.lastIndexOf("/");
  const spool = new Spool(staged.slice(0, cut), staged.slice(cut + 1));
  const buffer = new Uint8Array(READ_BYTES);
  try {
    return readLargeFile(path, () => buffer, (bytes, length) => {
      spool.write(bytes.subarray(0, length));
      count(length);
    });
  } finally {
    spool.close();
  }
}

function readIntoRing(path: string, ring: CopyRing, count: (length: number) => void): IngestedFile {
  let whole = false;
  try {
    const file = readLargeFile(path, () => ring.free(), (_, length) => {
      // A ring whose other end broke takes no more; that end tells why.
      if (!ring.isBroken) ring.push(length);
      count(length);
    });
    whole = true;
    return file;
  } finally {
    if (!ring.isBroken) ring.end(whole);
  }
}
