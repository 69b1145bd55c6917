import { type Digest, digestHex, isDigest } from "../model/digest.ts";
import { type FileEntry, filesOf, type Manifest, totalBytes } from "../model/manifest.ts";
import { foldersOf, listTree, makeFolders, makeLinks, protectFolders, removeTree } from "./tree_files.ts";
import { recheckFiles, stampFiles, type TreeStamps } from "./tree_stamps.ts";

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

/** A tree in a cache. */
export interface CachedTree {
  readonly manifest: Digest;
  /** Sum of its files, in bytes. */
  readonly bytes: number;
  /** Epoch milliseconds. */
  readonly usedAt: number;
}

// Beside a tree: what is known of it. One rename brings both, so that they are always of one making.
const FILES = "files";
const STAMPS = "stamps.json";

interface StampsFile {
  readonly bytes: number;
  readonly stamps: TreeStamps;
}

/** Opens the cache of trees in `directory`, which is made if absent. */
export async function openTreeCache(directory: string): Promise<TreeCache> {
  await Deno.mkdir(`${directory}/trees`, { recursive: true });
  await Deno.mkdir(`${directory}/making`, { recursive: true });
  return new TreeCache(directory);
}

/**
 * Artifacts as read-only directories, by the digest of their manifest. May be deleted at any time; several processes
 * may use it at once.
 */
export class TreeCache {
  readonly #directory: string;
  /** Trees that were given out. */
  readonly #given = new Set<Digest>();

  /** Use {@link openTreeCache}. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * The absolute path of a directory that holds exactly the manifest's entries, read-only.
   *
   * A tree that is there is checked: a file whose stamp changed is read, and a tree with a wrong one is made again.
   */
  async materialize(manifest: Digest, content: Manifest, fetch: FetchFiles): Promise<string> {
    const home = this.#home(manifest);
    this.#given.add(manifest);
    if (this.#isRight(home, content)) return `${home}/${FILES}`;
    const making = this.#newPlace();
    try {
      makeFolders(`${making}/${FILES}`, content);
      await fetch(toWanted(filesOf(content), `${making}/${FILES}`));
      makeLinks(`${making}/${FILES}`, content);
      protectFolders(`${making}/${FILES}`, content);
      writeStamps(making, totalBytes(content), stampFiles(`${making}/${FILES}`, content));
      if (!this.#moveHome(making, home, content)) throw new TypeError(`Another tree keeps coming to ${home}`);
    } finally {
      removeTree(making);
    }
    return `${home}/${FILES}`;
  }

  /**
   * Moves a directory into the cache as the tree of `manifest`.
   *
   * @returns `false`, with the directory as it was, if it lies on another disk or is not laid out as the manifest
   * says. Contents are checked when the tree is used first.
   */
  adopt(directory: string, manifest: Digest, content: Manifest): boolean {
    if (!hasLayout(directory, content)) return false;
    const making = this.#newPlace();
    try {
      Deno.mkdirSync(making);
      Deno.renameSync(directory, `${making}/${FILES}`);
    } catch {
      // Another disk, or no right to move it: the caller keeps it where it is.
      removeTree(making);
      return false;
    }
    try {
      for (const { path, executable } of filesOf(content)) {
        Deno.chmodSync(`${making}/${FILES}/${path}`, executable ? 0o555 : 0o444);
      }
      dropEmptyFolders(`${making}/${FILES}`, content);
      protectFolders(`${making}/${FILES}`, content);
      writeStamps(making, totalBytes(content), {});
      this.#moveHome(making, this.#home(manifest), content);
      return true;
    } finally {
      removeTree(making);
    }
  }

  /** Removes a tree; one that is absent is removed already. */
  remove(manifest: Digest): void {
    this.#discard(this.#home(manifest));
  }

  /** Marks all trees that were given out as used just now: whoever has one may read it for as long as it likes. */
  markGivenAsUsed(): void {
    const now = new Date();
    for (const manifest of this.#given) {
      try {
        Deno.utimeSync(this.#home(manifest), now, now);
      } catch (error) {
        // Removed meanwhile by a person.
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
  }

  /** All trees, the one longest unused first. */
  list(): CachedTree[] {
    const trees: CachedTree[] = [];
    for (const { name } of Deno.readDirSync(`${this.#directory}/trees`)) {
      const manifest = `sha256:${name}`;
      const home = `${this.#directory}/trees/${name}`;
      const stamps = readStamps(home);
      if (!isDigest(manifest) || !stamps) continue;
      trees.push({ manifest, bytes: stamps.bytes, usedAt: usedAt(home) });
    }
    return trees.sort((a, b) => a.usedAt - b.usedAt);
  }

  /** Sum of the files of all trees, in bytes. */
  size(): number {
    return this.list().reduce((sum, tree) => sum + tree.bytes, 0);
  }

  #home(manifest: Digest): string {
    return `${this.#directory}/trees/${digestHex(manifest)}`;
  }

  #newPlace(): string {
    return `${this.#directory}/making/${crypto.randomUUID()}`;
  }

  /** Whether the tree is there and right; one that is wrong is thrown away. */
  #isRight(home: string, content: Manifest): boolean {
    const before = readStamps(home);
    const now = before && recheckTree(home, content, before.stamps);
    if (now === undefined) {
      this.#discard(home);
      return false;
    }
    if (JSON.stringify(now) !== JSON.stringify(before!.stamps)) writeStamps(home, before!.bytes, now);
    const at = new Date();
    Deno.utimeSync(home, at, at);
    return true;
  }

  #moveHome(making: string, home: string, content: Manifest): boolean {
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        Deno.renameSync(making, home);
        return true;
      } catch (error) {
        // rename(2) gives EEXIST or ENOTEMPTY where another process was first.
        if (!isTaken(error)) throw error;
        if (this.#isRight(home, content)) return true;
      }
    }
    return false;
  }

  #discard(home: string): void {
    const away = this.#newPlace();
    try {
      // Moved first, so that nobody finds half a tree.
      Deno.renameSync(home, away);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
      throw error;
    }
    removeTree(away);
  }

  /**
   * Removes what processes that were killed have left half made.
   *
   * @param before Younger ones may be in the making; epoch milliseconds.
   * @returns How many there were.
   */
  removeLeftovers(before: number): number {
    let removed = 0;
    for (const { name } of Deno.readDirSync(`${this.#directory}/making`)) {
      const path = `${this.#directory}/making/${name}`;
      if ((Deno.statSync(path).mtime?.getTime() ?? 0) >= before) continue;
      removeTree(path);
      removed++;
    }
    return removed;
  }
}

function usedAt(home: string): number {
  try {
    return Deno.statSync(home).mtime?.getTime() ?? 0;
  } catch (error) {
    // Another process has removed it meanwhile.
    if (error instanceof Deno.errors.NotFound) return 0;
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

function recheckTree(home: string, content: Manifest, before: TreeStamps): TreeStamps | undefined {
  return hasLayout(`${home}/${FILES}`, content)
    ? recheckFiles(`${home}/${FILES}`, content, before)
    : undefined;
}

function hasLayout(directory: string, content: Manifest): boolean {
  try {
    const { leaves } = listTree(directory);
    return leaves.size === content.entries.length && content.entries.every(({ path }) => leaves.has(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  }
}

function dropEmptyFolders(directory: string, content: Manifest): void {
  const wanted = new Set(foldersOf(content));
  const extra = [...listTree(directory).folders].filter((folder) => !wanted.has(folder));
  for (const folder of extra.sort().reverse()) Deno.removeSync(`${directory}/${folder}`);
}

function readStamps(home: string): StampsFile | undefined {
  try {
    return JSON.parse(Deno.readTextFileSync(`${home}/${STAMPS}`)) as StampsFile;
  } catch {
    // A tree whose stamps cannot be read is made again.
    return undefined;
  }
}

function writeStamps(home: string, bytes: number, stamps: TreeStamps): void {
  const temporary = `${home}/${STAMPS}.${crypto.randomUUID()}`;
  Deno.writeTextFileSync(temporary, JSON.stringify({ bytes, stamps }));
  Deno.renameSync(temporary, `${home}/${STAMPS}`);
}

function isTaken(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return error instanceof Deno.errors.AlreadyExists || code === "ENOTEMPTY" || code === "EEXIST";
}
