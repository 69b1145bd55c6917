import type { Digest } from "../model/digest.ts";
import { type FileEntry, filesOf, type Manifest } from "../model/manifest.ts";
import { blocksOf, type CacheRoom } from "./room.ts";
import { foldersOf, listTree, makeFolders, makeLinks, protectFolders, removeTree } from "./tree_files.ts";
import type { TreeStamps } from "./tree_stamps.ts";

/** A file that a cache lacks. */
export interface WantedFile {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  /** Absolute; its folder exists, it does not. */
  readonly path: string;
  readonly executable: boolean;
}

/** Writes files, read-only and checked. */
export type FetchFiles = (items: readonly WantedFile[]) => Promise<void>;

// Beside a tree: what is known of it. One rename brings all, so that they are always of one making.
/** Folder of a tree's own files. */
export const FILES = "files";
const STAMPS = "stamps.json";
/** File that tells what a tree takes on the disk; held on to by who uses the tree, or makes it. */
export const SIZE = "size";

/** A tree in the making, which counts as taken room; gone at the end unless it has come home. */
export class Making implements Disposable {
  readonly path: string;
  isHome = false;
  readonly #bytes: number;
  readonly #room: CacheRoom;
  readonly #size: Deno.FsFile;

  constructor(path: string, bytes: number, room: CacheRoom) {
    this.path = path;
    this.#bytes = bytes;
    this.#room = room;
    Deno.mkdirSync(path);
    this.#size = Deno.openSync(`${path}/${SIZE}`, { read: true, write: true, createNew: true });
    this.#size.lockSync(false);
    this.#size.writeSync(new TextEncoder().encode(String(bytes)));
  }

  [Symbol.dispose](): void {
    this.#size.close();
    if (this.isHome) return;
    removeTree(this.path);
    this.#room.give(this.#bytes);
  }
}

/** Makes a tree of read-only files, folders and links. */
export async function makeTree(directory: string, content: Manifest, fetch: FetchFiles): Promise<void> {
  makeFolders(directory, content);
  await fetch(toWanted(filesOf(content), directory));
  makeLinks(directory, content);
  protectFolders(directory, content);
}

/** What a tree takes on a disk with what is known of it, in bytes. */
export function footprintOf(content: Manifest): number {
  const files = filesOf(content);
  // A stamp is some 100 characters beside the path; a folder takes a block for every 50 entries or so.
  const stamps = files.reduce((sum, { path }) => sum + path.length + 130, 0);
  const folders = foldersOf(content).length + 2 + content.entries.length / 50;
  return files.reduce((sum, { size }) => sum + blocksOf(size), 0) + blocksOf(stamps) + blocksOf(1) +
    blocksOf(4096 * folders);
}

/** What a tree takes, as is noted beside it. */
export function sizeAt(home: string): number | undefined {
  try {
    return Number(Deno.readTextFileSync(`${home}/${SIZE}`)) || undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
}

function toWanted(files: readonly FileEntry[], directory: string): WantedFile[] {
  return files.map(({ digest, size, path, executable }) => ({
    digest,
    size,
    executable,
    path: `${directory}/${path}`,
  }));
}

/** Whether a directory has exactly the files and links of a manifest, by their names. */
export function hasLayout(directory: string, content: Manifest): boolean {
  try {
    const { leaves } = listTree(directory);
    return leaves.size === content.entries.length && content.entries.every(({ path }) => leaves.has(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  }
}

/** Removes folders that a manifest does not have. */
export function dropEmptyFolders(directory: string, content: Manifest): void {
  const wanted = new Set(foldersOf(content));
  const extra = [...listTree(directory).folders].filter((folder) => !wanted.has(folder));
  for (const folder of extra.sort().reverse()) Deno.removeSync(`${directory}/${folder}`);
}

/** The stamps beside a tree; `undefined` if they cannot be read: the tree is then made again. */
export function readStamps(home: string): TreeStamps | undefined {
  try {
    return JSON.parse(Deno.readTextFileSync(`${home}/${STAMPS}`)) as TreeStamps;
  } catch {
    // A tree whose stamps cannot be read is made again.
    return undefined;
  }
}

/** Notes the stamps of a tree beside it; complete or not at all. */
export function writeStamps(home: string, stamps: TreeStamps): void {
  const temporary = `${home}/${STAMPS}.${crypto.randomUUID()}`;
  Deno.writeTextFileSync(temporary, JSON.stringify(stamps));
  Deno.renameSync(temporary, `${home}/${STAMPS}`);
}
