import { type Digest, digestHex, isDigest } from "../model/digest.ts";
import { filesOf, type Manifest } from "../model/manifest.ts";
import { holdLease, Leases, takeLease } from "./lease.ts";
import { CacheRoom, type Evictable, type Shelf } from "./room.ts";
import { protectFolders, removeTree } from "./tree_files.ts";
import {
  dropEmptyFolders,
  type FetchFiles,
  FILES,
  footprintOf,
  hasLayout,
  makeTree,
  Making,
  readStamps,
  SIZE,
  sizeAt,
  writeStamps,
} from "./tree_place.ts";
import { recheckFiles, stampFiles, type TreeStamps } from "./tree_stamps.ts";

export type { FetchFiles, WantedFile } from "./tree_place.ts";

/** A tree in a cache. */
export interface CachedTree extends Evictable {
  readonly manifest: Digest;
}

/** Options of {@link TreeCache.materialize}. */
export interface MaterializeOptions {
  /** Absolute path to make the tree at, where nothing is yet, if the cache has no room for it. The caller's to remove. */
  readonly elsewhere?: string;
}

/** Opens the cache of trees in `directory`, which is made if absent. */
export async function openTreeCache(
  directory: string,
  room = new CacheRoom(directory, Infinity),
): Promise<TreeCache> {
  await Deno.mkdir(`${directory}/trees`, { recursive: true });
  await Deno.mkdir(`${directory}/making`, { recursive: true });
  const trees = new TreeCache(directory, room);
  room.add(trees);
  return trees;
}

/**
 * Artifacts as read-only directories, by the digest of their manifest. May be deleted at any time; several processes
 * may use it at once. A tree that was given out is not removed to make room before it is given back.
 */
export class TreeCache implements Shelf, Disposable {
  readonly #directory: string;
  readonly #room: CacheRoom;
  /** Trees that were given out. */
  readonly #given = new Leases<Digest>();

  /** Use {@link openTreeCache}. */
  constructor(directory: string, room: CacheRoom) {
    this.#directory = directory;
    this.#room = room;
  }

  /**
   * The absolute path of a directory that holds exactly the manifest's entries, read-only.
   *
   * A tree that is there is checked: a file whose stamp changed is read, and a tree with a wrong one is made again.
   */
  async materialize(
    manifest: Digest,
    content: Manifest,
    fetch: FetchFiles,
    options: MaterializeOptions = {},
  ): Promise<string> {
    const made = await this.#make(manifest, content, fetch);
    if (made !== undefined) return made;
    if (options.elsewhere === undefined) {
      throw new TypeError("There is no room, and no other place was named");
    }
    await makeTree(options.elsewhere, content, fetch);
    return options.elsewhere;
  }

  /** Makes a tree as {@link materialize} does if there is room; whether it is there. It counts as given out. */
  async keep(manifest: Digest, content: Manifest, fetch: FetchFiles): Promise<boolean> {
    return await this.#make(manifest, content, fetch) !== undefined;
  }

  /** The tree; `undefined` if there is no room for it. */
  async #make(manifest: Digest, content: Manifest, fetch: FetchFiles): Promise<string | undefined> {
    const home = this.#home(manifest);
    if (this.has(manifest) && this.#given.hold(manifest, `${home}/${SIZE}`)) {
      if (this.#isRight(home, content)) return `${home}/${FILES}`;
      this.release(manifest);
    }
    await this.#room.maxBytes();
    using making = this.#newPlace(footprintOf(content));
    if (making === undefined) return undefined;
    await makeTree(`${making.path}/${FILES}`, content, fetch);
    writeStamps(making.path, stampFiles(`${making.path}/${FILES}`, content));
    // Held before it comes home: from then on it could be removed.
    const lease = holdLease(`${making.path}/${SIZE}`);
    if (!this.#moveHome(making, home, content)) throw new TypeError(`Another tree keeps coming to ${home}`);
    if (making.isHome && lease !== undefined) this.#given.add(manifest, lease);
    else {
      lease?.[Symbol.dispose]();
      this.#given.hold(manifest, `${home}/${SIZE}`);
    }
    return `${home}/${FILES}`;
  }

  /** Gives a tree back that {@link materialize} gave out: it may be removed to make room. */
  release(manifest: Digest): void {
    this.#given.release(manifest);
  }

  /** Whether there is a tree, right or not. */
  has(manifest: Digest): boolean {
    return sizeAt(this.#home(manifest)) !== undefined;
  }

  /**
   * Moves a directory into the cache as the tree of `manifest`.
   *
   * @returns `false`, with the directory as it was, if there is no room, if it lies on another disk, or is not laid
   * out as the manifest says. Contents are checked when the tree is used first.
   */
  async adopt(directory: string, manifest: Digest, content: Manifest): Promise<boolean> {
    if (!hasLayout(directory, content)) return false;
    await this.#room.maxBytes();
    using making = this.#newPlace(footprintOf(content));
    if (making === undefined) return false;
    const files = `${making.path}/${FILES}`;
    try {
      Deno.renameSync(directory, files);
    } catch {
      // Another disk, or no right to move it: the caller keeps it where it is.
      return false;
    }
    for (const { path, executable } of filesOf(content)) {
      Deno.chmodSync(`${files}/${path}`, executable ? 0o555 : 0o444);
    }
    dropEmptyFolders(files, content);
    protectFolders(files, content);
    writeStamps(making.path, {});
    this.#moveHome(making, this.#home(manifest), content);
    return true;
  }

  /** Removes a tree, unless somebody uses it; whether it is gone. */
  remove(manifest: Digest): boolean {
    const bytes = sizeAt(this.#home(manifest));
    if (!this.#evict(manifest)) return false;
    if (bytes !== undefined) this.#room.give(bytes);
    return true;
  }

  /** All trees, the one longest unused first. */
  list(): CachedTree[] {
    return this.evictables().sort((a, b) => a.usedAt - b.usedAt);
  }

  evictables(): CachedTree[] {
    const trees: CachedTree[] = [];
    for (const { name } of Deno.readDirSync(`${this.#directory}/trees`)) {
      const manifest = `sha256:${name}`;
      const home = `${this.#directory}/trees/${name}`;
      const bytes = sizeAt(home);
      if (!isDigest(manifest) || bytes === undefined) continue;
      trees.push({ manifest, bytes, usedAt: usedAt(home), evict: () => this.#evict(manifest) });
    }
    return trees;
  }

  /** What is in the making; what killed processes have left there is removed. */
  fixedBytes(): number {
    let sum = 0;
    for (const { name } of Deno.readDirSync(`${this.#directory}/making`)) {
      const path = `${this.#directory}/making/${name}`;
      const bytes = sizeAt(path) ?? 0;
      using dead = takeLease(`${path}/${SIZE}`);
      if (dead === undefined) sum += bytes;
      else removeTree(path);
    }
    return sum;
  }

  /** Gives back all that was given out. */
  [Symbol.dispose](): void {
    this.#given[Symbol.dispose]();
  }

  #home(manifest: Digest): string {
    return `${this.#directory}/trees/${digestHex(manifest)}`;
  }

  /** A place to make a tree in that takes `bytes`; `undefined` if there is no room for it. */
  #newPlace(bytes: number): Making | undefined {
    let making: Making | undefined;
    this.#room.take(bytes, () => making = new Making(this.#newPath(), bytes, this.#room));
    return making;
  }

  #newPath(): string {
    return `${this.#directory}/making/${crypto.randomUUID()}`;
  }

  #evict(manifest: Digest): boolean {
    const home = this.#home(manifest);
    if (this.#given.has(manifest)) return false;
    using taken = takeLease(`${home}/${SIZE}`);
    if (taken === undefined && sizeAt(home) !== undefined) return false;
    this.#moveAway(home);
    return true;
  }

  /** Whether the tree is there and right; one that is wrong is thrown away. */
  #isRight(home: string, content: Manifest): boolean {
    const before = readStamps(home);
    const now = before && recheckTree(home, content, before);
    if (now === undefined) {
      this.#discard(home);
      return false;
    }
    if (JSON.stringify(now) !== JSON.stringify(before)) writeStamps(home, now);
    const at = new Date();
    Deno.utimeSync(home, at, at);
    return true;
  }

  #moveHome(making: Making, home: string, content: Manifest): boolean {
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        Deno.renameSync(making.path, home);
        making.isHome = true;
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
    const bytes = sizeAt(home);
    this.#moveAway(home);
    if (bytes !== undefined) this.#room.give(bytes);
  }

  #moveAway(home: string): void {
    const away = this.#newPath();
    try {
      // Moved first, so that nobody finds half a tree.
      Deno.renameSync(home, away);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
      throw error;
    }
    removeTree(away);
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

function recheckTree(home: string, content: Manifest, before: TreeStamps): TreeStamps | undefined {
  return hasLayout(`${home}/${FILES}`, content)
    ? recheckFiles(`${home}/${FILES}`, content, before)
    : undefined;
}

function isTaken(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return error instanceof Deno.errors.AlreadyExists || code === "ENOTEMPTY" || code === "EEXIST";
}
