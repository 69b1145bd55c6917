import { UserError } from "../errors.ts";
import { compareBytes } from "../model/manifest.ts";
import { leavingLink } from "../model/leaving_link.ts";
import { linkTargetInside, parseRelativePath, type RelativePath } from "../model/relative_path.ts";
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
 * Walks a directory without reading files.
 *
 * @returns Files and links, sorted by the bytes of their path. Empty directories leave no trace.
 * @throws {UserError} `file_special`, `link_leaves`, `path_unsafe`, `file_unreadable`, each naming the path.
 */
export function walkTree(root: string): WalkedEntry[] {
  const found: WalkedEntry[] = [];
  walk(root, "", found);
  const leaving = leavingLink(found.filter((entry) => entry.kind === "link"));
  if (leaving) throw linkLeaves(root, leaving);
  return found.sort((a, b) => compareBytes(a.path, b.path));
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

function walk(root: string, folder: string, found: WalkedEntry[]): void {
  const names = new Set<string>();
  for (const { name, isDirectory } of readFolder(`${root}/${folder}`)) {
    const path = folder + name;
    if (name.includes("\ufffd")) refuseUnlessUtf8(`${root}/${path}`, names.has(name));
    names.add(name);
    if (isDirectory) walk(root, `${path}/`, found);
    else found.push(entryAt(root, parseRelativePath(path)));
  }
}

function readFolder(path: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(path)];
  } catch (cause) {
    throw fileUnreadable(path, cause);
  }
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

function linkLeaves(
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

// Deno gives names that are not UTF-8 with replacement characters, under which nothing is found, or another file.
function refuseUnlessUtf8(path: string, seenBefore: boolean): void {
  try {
    if (!seenBefore) return void Deno.lstatSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  throw new UserError("path_unsafe", {
    what: `Cannot take the path ${JSON.stringify(path)}`,
    why: "its name is not UTF-8",
    fix: ["rename it"],
  });
}
