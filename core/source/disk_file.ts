import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { type ObjectFormat, objectHeader, type ObjectId } from "./git_object.ts";

// Larger pieces fall out of the processor's cache and are hashed more slowly.
const PIECE_BYTES = 256 * 1024;

/** A path as the index or a tree has it. */
export interface TrackedFile {
  readonly path: string;
  /** Octal: `100644`. */
  readonly mode: string;
  readonly oid: ObjectId;
}

/**
 * How the file on the disk differs from what is tracked; `undefined` if it does not. Reads the whole file.
 *
 * @param root Top of the worktree.
 */
export function differenceOnDisk(
  root: string,
  file: TrackedFile,
  format: ObjectFormat,
): "modified" | "deleted" | undefined {
  const info = statInside(root, file.path);
  if (info === undefined || info.isDirectory) return "deleted";
  const mode = modeOf(info);
  if (mode === undefined || !sameMode(mode, file.mode)) return "modified";
  return hashOnDisk(join(root, file.path), info, format) === file.oid ? undefined : "modified";
}

/** Mode that git gives to a file; `undefined` for a folder, device, pipe or socket. */
export function modeOf(info: Deno.FileInfo): string | undefined {
  if (info.isSymlink) return "120000";
  if (!info.isFile) return undefined;
  return ((info.mode ?? 0) & 0o100) === 0 ? "100644" : "100755";
}

/** Whether two modes mean the same; git once wrote others than 100644 for plain files. */
export function sameMode(a: string, b: string): boolean {
  const plain = (mode: string) =>
    mode.startsWith("100") ? (Number.parseInt(mode[3]!, 8) & 1 ? "x" : "-") : mode;
  return plain(a) === plain(b);
}

/**
 * Asks for a path without following links, also not those of its folders: what lies behind such a link is not in the
 * worktree.
 *
 * @returns `undefined` if there is nothing of that name.
 */
export function statInside(root: string, path: string): Deno.FileInfo | undefined {
  try {
    for (let folder = dirname(path); folder !== "."; folder = dirname(folder)) {
      if (!Deno.lstatSync(join(root, folder)).isDirectory) return undefined;
    }
    return Deno.lstatSync(join(root, path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
}

function hashOnDisk(path: string, info: Deno.FileInfo, format: ObjectFormat): ObjectId {
  if (info.isSymlink) {
    const target = new TextEncoder().encode(Deno.readLinkSync(path));
    return createHash(format).update(objectHeader("blob", target.length)).update(target).digest("hex");
  }
  const hash = createHash(format).update(objectHeader("blob", info.size));
  using file = Deno.openSync(path);
  const piece = new Uint8Array(PIECE_BYTES);
  for (let read = file.readSync(piece); read !== null; read = file.readSync(piece)) {
    hash.update(piece.subarray(0, read));
  }
  return hash.digest("hex");
}
