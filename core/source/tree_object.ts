import { CorruptionError, UserError } from "../errors.ts";
import { hashBytes, type ObjectFormat, type ObjectId } from "./git_object.ts";

/** What an entry of a tree is. A submodule is a commit of another repository. */
export type EntryKind = "directory" | "file" | "executable" | "link" | "submodule";

/** One entry of one tree. */
export interface TreeEntry {
  /** Without slash, never `.`, `..` or `.git`. */
  readonly name: string;
  /** Octal, as git shows it: `100644`. */
  readonly mode: string;
  readonly oid: ObjectId;
  readonly kind: EntryKind;
}

/**
 * Reads a tree object, and refuses one that could not be written to a disk safely.
 *
 * @throws {UserError} `tree_unsafe` if a name climbs, is `.git` on some file system, or stands twice;
 * `path_unsupported` if a name is not UTF-8.
 * @throws {CorruptionError} `git_object_corrupt` if the bytes are no tree.
 */
export function parseTree(id: ObjectId, bytes: Uint8Array, format: ObjectFormat): TreeEntry[] {
  const entries: TreeEntry[] = [];
  const names = new Set<string>();
  const width = hashBytes(format);
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at);
    const nul = bytes.indexOf(0, space + 1);
    if (space < 0 || nul < 0 || nul + 1 + width > bytes.length) throw corrupt(id);
    const mode = String.fromCharCode(...bytes.subarray(at, Math.min(space, at + 8))).padStart(6, "0");
    const name = decodeName(bytes.subarray(space + 1, nul));
    const fault = faultOfName(name) ?? (names.has(name) ? "it stands twice in one folder" : undefined);
    if (fault !== undefined) {
      throw new UserError("tree_unsafe", {
        what: `Cannot check out the tree ${id}`,
        why: `the name ${JSON.stringify(name)} is refused: ${fault}`,
      });
    }
    names.add(name);
    const oid = bytes.subarray(nul + 1, nul + 1 + width).toHex();
    entries.push({ name, mode, oid, kind: kindOf(mode, id) });
    at = nul + 1 + width;
  }
  return entries;
}

/** The bytes of a tree; entries in any order. */
export function formatTree(entries: readonly TreeEntry[]): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  // Git sorts by bytes, a folder as if its name ended in a slash.
  const sorted = entries
    .map((entry) => ({
      entry,
      key: encoder.encode(entry.kind === "directory" ? `${entry.name}/` : entry.name),
    }))
    .sort((a, b) => compare(a.key, b.key));
  const parts: Uint8Array[] = [];
  for (const { entry } of sorted) {
    // Git writes the mode of a folder without its leading zero.
    parts.push(
      encoder.encode(`${entry.mode.replace(/^0/, "")} ${entry.name}\0`),
      Uint8Array.fromHex(entry.oid),
    );
  }
  return concatenate(parts);
}

/** One array of all bytes, in order. */
export function concatenate(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function compare(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

function decodeName(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    const shown = new TextDecoder().decode(bytes);
    throw new UserError("path_unsupported", {
      what: `Cannot read the file name ${JSON.stringify(shown)} in the commit`,
      why: "its bytes are not UTF-8, and records hold text",
      fix: ["rename it: `git mv`, then `git commit`"],
    }, { cause });
  }
}

// HFS+ leaves these out when it compares names, so that they hide a `.git`; the list is that of git's utf8.c.
const INVISIBLE = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

function faultOfName(name: string): string | undefined {
  if (name === "") return "it is empty";
  if (name.includes("/")) return "it holds a slash";
  if (name === "." || name === "..") return "it leaves its folder";
  const plain = name.replace(INVISIBLE, "").toLowerCase();
  // git~1 is the short name that NTFS gives to .git; it drops dots and spaces at the end, and what follows a colon
  // is a stream of the same file.
  if (/^(?:\.git|git~1)[. ]*(?::.*)?$/.test(plain)) return "it would be taken for a repository";
  return undefined;
}

function kindOf(mode: string, id: ObjectId): EntryKind {
  if (mode === "040000") return "directory";
  if (mode === "120000") return "link";
  if (mode === "160000") return "submodule";
  // Old versions of git also wrote 100664 and other bits; git itself reads the owner's x only.
  if (/^100[0-7]{3}$/.test(mode)) return (Number.parseInt(mode[3]!, 8) & 1) === 1 ? "executable" : "file";
  throw new CorruptionError("git_object_corrupt", {
    what: `Cannot read tree ${id}`,
    why: `it has an entry of unknown mode ${JSON.stringify(mode)}`,
  });
}

function corrupt(id: ObjectId): CorruptionError {
  return new CorruptionError("git_object_corrupt", {
    what: `Cannot read tree ${id}`,
    why: "its bytes end in the middle of an entry",
  });
}
