import { UserError } from "../errors.ts";
import { linkTargetInside, type RelativePath } from "../model/relative_path.ts";
import type { FileStamp } from "../model/tree_scan.ts";
import { fileUnreadable } from "./file_fault.ts";

/** A file or link that a walk found. */
export type WalkedEntry =
  | {
    readonly kind: "file";
    readonly path: RelativePath;
    readonly stamp: FileStamp;
    readonly executable: boolean;
  }
  | { readonly kind: "link"; readonly path: RelativePath; readonly target: string };

/**
 * What the file system says of files and links, in the order of their paths.
 *
 * @throws {UserError} `file_special`, `link_leaves`, `file_unreadable`, each naming the path.
 */
export function lookAt(root: string, paths: readonly RelativePath[]): WalkedEntry[] {
  return paths.map((path) => entryAt(root, path));
}

/** The stamp in what the file system says. */
export function stampOf(info: Deno.FileInfo): FileStamp {
  return {
    size: info.size,
    modifiedAt: info.mtime?.getTime() ?? 0,
    changedAt: info.ctime?.getTime() ?? 0,
    inode: info.ino ?? 0,
    device: info.dev,
  };
}

/** Whether two stamps are of the same file in the same state. */
export function sameStamp(a: FileStamp, b: FileStamp): boolean {
  return a.size === b.size && a.modifiedAt === b.modifiedAt && a.changedAt === b.changedAt &&
    a.inode === b.inode && a.device === b.device;
}

function entryAt(root: string, path: RelativePath): WalkedEntry {
  const absolute = `${root}/${path}`;
  let info: Deno.FileInfo;
  try {
    info = Deno.lstatSync(absolute);
    if (info.isSymlink) return linkAt(root, path, Deno.readLinkSync(absolute));
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw fileUnreadable(absolute, cause);
  }
  if (!info.isFile) throw specialFile(absolute, info);
  return { kind: "file", path, stamp: stampOf(info), executable: ((info.mode ?? 0) & 0o100) !== 0 };
}

function linkAt(root: string, path: RelativePath, target: string): WalkedEntry {
  if (linkTargetInside(path, target) !== undefined) return { kind: "link", path, target };
  throw linkLeaves(root, { path, target });
}

/** The error for a link that leads out of a tree. */
export function linkLeaves(
  root: string,
  { path, target }: { readonly path: string; readonly target: string },
): UserError {
  const link = JSON.stringify(`${root}/${path}`);
  return new UserError("link_leaves", {
    what: `Cannot take the link ${link}`,
    why: `it points to ${JSON.stringify(target)}, outside of ${JSON.stringify(root)}`,
    fix: ["put the file itself there, or leave the link out"],
  });
}

/** The error for what is neither a file, a folder nor a link. */
export function specialFile(path: string, info: Deno.FileInfo): UserError {
  const kind = info.isFifo
    ? "a named pipe"
    : info.isSocket
    ? "a socket"
    : info.isBlockDevice || info.isCharDevice
    ? "a device"
    : info.isDirectory
    ? "a folder"
    : "not a file";
  return new UserError("file_special", {
    what: `Cannot take ${JSON.stringify(path)}`,
    why: `it is ${kind}, and an artifact has files, folders and links only`,
  });
}
