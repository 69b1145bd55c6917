import { UserError } from "../errors.ts";
import { hashBytes, type ObjectFormat } from "./git_object.ts";
import type { TrackedFile } from "./disk_file.ts";

/** An entry of git's index. */
export interface IndexEntry extends TrackedFile {
  /** 0, or 1 to 3 while there are conflicts. */
  readonly stage: number;
  /** Left out of the worktree by a sparse checkout. */
  readonly skipWorktree: boolean;
  /** Added by name only: the content is not staged. */
  readonly intentToAdd: boolean;
  /** What the file was like when git last found it unchanged. Times in epoch milliseconds. */
  readonly stat: {
    readonly modifiedAt: number;
    readonly changedAt: number;
    readonly inode: number;
    readonly size: number;
  };
}

/**
 * Reads git's index, versions 2 to 4.
 *
 * @throws {UserError} `repository_unsupported` if it is split or sparse, or of another version: only git reads those.
 * @see {@link https://git-scm.com/docs/index-format}
 */
export function parseIndex(bytes: Uint8Array, format: ObjectFormat): IndexEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decoder = new TextDecoder();
  if (bytes.length < 12 || decoder.decode(bytes.subarray(0, 4)) !== "DIRC") {
    throw unsupported("it is no index");
  }
  const version = view.getUint32(4);
  if (version < 2 || version > 4) throw unsupported(`its index has version ${version}`);
  const width = hashBytes(format);
  const entries: IndexEntry[] = [];
  let at = 12;
  // Version 4 says only in what a path differs from the one before.
  let previous: Uint8Array = new Uint8Array();
  for (let count = view.getUint32(8); count > 0; count--) {
    const start = at;
    const flagsAt = start + 40 + width;
    const flags = view.getUint16(flagsAt);
    const extended = (flags & 0x4000) !== 0 ? view.getUint16(flagsAt + 2) : 0;
    at = flagsAt + ((flags & 0x4000) !== 0 ? 4 : 2);
    let kept: Uint8Array = new Uint8Array();
    if (version === 4) {
      const strip = readOffset(bytes, at);
      at = strip.end;
      kept = previous.subarray(0, previous.length - strip.value);
    }
    const end = bytes.indexOf(0, at);
    if (end < 0) throw unsupported("its index is cut");
    const path = new Uint8Array(kept.length + end - at);
    path.set(kept);
    path.set(bytes.subarray(at, end), kept.length);
    previous = path;
    // Before version 4, one to eight NULs fill up to a multiple of eight.
    at = version === 4 ? end + 1 : start + (Math.floor((end - start) / 8) + 1) * 8;
    const time = (offset: number) =>
      view.getUint32(offset) * 1000 + Math.floor(view.getUint32(offset + 4) / 1e6);
    entries.push({
      path: decoder.decode(path),
      mode: view.getUint32(start + 24).toString(8).padStart(6, "0"),
      oid: bytes.subarray(start + 40, start + 40 + width).toHex(),
      stage: (flags >> 12) & 3,
      skipWorktree: (extended & 0x4000) !== 0,
      intentToAdd: (extended & 0x2000) !== 0,
      stat: {
        changedAt: time(start),
        modifiedAt: time(start + 8),
        inode: view.getUint32(start + 20),
        size: view.getUint32(start + 36),
      },
    });
  }
  refuseExtensions(bytes, view, at, bytes.length - width);
  return entries;
}

/** An extension that begins with a small letter changes the meaning of the entries. */
function refuseExtensions(bytes: Uint8Array, view: DataView, start: number, end: number): void {
  for (let at = start; at + 8 <= end; at += 8 + view.getUint32(at + 4)) {
    if (bytes[at]! < 0x61) continue;
    throw unsupported(`its index has the extension ${new TextDecoder().decode(bytes.subarray(at, at + 4))}`);
  }
}

/** A number of 7 bits a byte, high bit for "more follows", each step one more than its bits say. */
function readOffset(bytes: Uint8Array, start: number): { readonly value: number; readonly end: number } {
  let at = start;
  let byte = bytes[at++]!;
  let value = byte & 0x7f;
  while ((byte & 0x80) !== 0) {
    byte = bytes[at++]!;
    value = (value + 1) * 128 + (byte & 0x7f);
  }
  return { value, end: at };
}

function unsupported(why: string): UserError {
  return new UserError("repository_unsupported", {
    what: "Cannot tell what has changed in the git repository",
    why: `${why}, and there is no git on PATH to read it`,
    fix: ["install git"],
  });
}
