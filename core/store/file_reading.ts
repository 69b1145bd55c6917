import { createHash } from "node:crypto";
import { type Digest, parseDigest } from "../model/digest.ts";
import { UserError } from "../errors.ts";
import { fileChanged, fileUnreadable } from "./file_fault.ts";
import { sameStamp, specialFile, stampOf } from "./look_at.ts";

/** What a file holds. */
export interface IngestedFile {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
}

/** The size at which larger buffers fall out of the processor's cache. */
export const READ_BYTES = 256 * 1024;

/**
 * Reads a small file whole into `buffer` at `at`, and hashes it.
 *
 * @returns `undefined` if it has `limit` bytes or more. `buffer` has room for `limit` bytes.
 * @throws {UserError} `file_changed`, `file_unreadable`, `file_special`.
 */
export function readSmallFile(
  path: string,
  buffer: Uint8Array,
  at: number,
  limit: number,
): IngestedFile | undefined {
  return reading(path, (file) => {
    const before = file.statSync();
    if (!before.isFile) throw specialFile(path, before);
    if (before.size >= limit) return undefined;
    let size = 0;
    while (size < before.size) {
      const read = file.readSync(buffer.subarray(at + size, at + before.size));
      if (read === null) break;
      size += read;
    }
    const after = file.statSync();
    if (size !== before.size || !sameStamp(stampOf(before), stampOf(after))) throw fileChanged(path);
    const hex = createHash("sha256").update(buffer.subarray(at, at + size)).digest("hex");
    return { digest: parseDigest(`sha256:${hex}`), size };
  });
}

/**
 * Reads and hashes a file of any size. Memory stays flat.
 *
 * @param next Gives the buffer for the next piece; `take` gets how many bytes of it were filled, in order.
 * @throws {UserError} `file_changed`, `file_unreadable`, `file_special`.
 */
export function readLargeFile(
  path: string,
  next: () => Uint8Array,
  take: (buffer: Uint8Array, length: number) => void,
): IngestedFile {
  return reading(path, (file) => {
    const before = file.statSync();
    if (!before.isFile) throw specialFile(path, before);
    const hash = createHash("sha256");
    let size = 0;
    while (true) {
      const buffer = next();
      const read = file.readSync(buffer);
      if (read === null) break;
      hash.update(read === buffer.length ? buffer : buffer.subarray(0, read));
      take(buffer, read);
      size += read;
      // A file that grows as fast as it is read would never end.
      if (size > before.size) throw fileChanged(path);
    }
    const after = file.statSync();
    if (size !== before.size || !sameStamp(stampOf(before), stampOf(after))) throw fileChanged(path);
    return { digest: parseDigest(`sha256:${hash.digest("hex")}`), size };
  });
}

function reading<Result>(path: string, work: (file: Deno.FsFile) => Result): Result {
  let file: Deno.FsFile;
  try {
    // Opening a named pipe would wait for its writer.
    const info = Deno.statSync(path);
    if (!info.isFile) throw specialFile(path, info);
    file = Deno.openSync(path);
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw fileUnreadable(path, cause);
  }
  try {
    return work(file);
  } catch (cause) {
    if (isForeseen(cause)) throw cause;
    throw fileUnreadable(path, cause);
  } finally {
    file.close();
  }
}

function isForeseen(error: unknown): boolean {
  // An error of the place that is written to, or of this file: both name themselves.
  return error instanceof Error && "report" in error;
}
