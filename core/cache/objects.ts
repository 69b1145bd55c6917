import { type Digest, digestHex, isDigest } from "../model/digest.ts";
import { blocksOf, type CacheRoom, type Evictable, type Shelf } from "./room.ts";
import { namesIn, removeIfThere, statIfThere } from "./if_there.ts";

const CHUNK_BYTES = 256 * 1024;
// No write of one object takes so long, in milliseconds.
const STALE_MS = 24 * 60 * 60 * 1000;

/** An object in a cache. */
export interface CachedObject extends Evictable {
  readonly digest: Digest;
}

/**
 * Copies of objects, by digest: one read-only file each, complete or absent. May be deleted at any time. Nothing that
 * is read here is checked here.
 */
export class ObjectCache implements Shelf {
  readonly #directory: string;
  readonly #room: CacheRoom;

  constructor(directory: string, room: CacheRoom) {
    this.#directory = `${directory}/objects`;
    this.#room = room;
  }

  /** Whether there is a copy. */
  has(digest: Digest): boolean {
    return statIfThere(this.#path(digest)) !== undefined;
  }

  /** The bytes of an object; `undefined` if there is no copy. To be read to its end, or cancelled. */
  open(digest: Digest): ReadableStream<Uint8Array> | undefined {
    const path = this.#path(digest);
    let file: Deno.FsFile;
    try {
      file = Deno.openSync(path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
    const now = new Date();
    try {
      Deno.utimeSync(path, now, now);
    } catch {
      // A copy in a cache that only another may write is of the same use.
    }
    return streamOf(file);
  }

  /** Keeps a copy if there is room; a disk that does not take it keeps none. */
  async keep(digest: Digest, bytes: Uint8Array): Promise<void> {
    if (this.has(digest)) return;
    await this.#room.maxBytes();
    let temporary: string | undefined;
    try {
      temporary = this.#newFile(digest, bytes.length);
      if (temporary === undefined) return;
      Deno.writeFileSync(temporary, bytes);
      this.#place(temporary, digest, bytes.length);
    } catch (error) {
      // Only what the system refuses; anything else is a bug.
      if (!(error instanceof Error && "code" in error)) throw error;
      if (temporary !== undefined) this.#drop(temporary, bytes.length);
    }
  }

  /**
   * Keeps a copy of what a stream gives, if there is room.
   *
   * @param size Bytes; of no other number is a copy kept.
   * @returns Whether there is a copy.
   */
  async keepStream(
    digest: Digest,
    size: number,
    open: () => Promise<ReadableStream<Uint8Array>>,
  ): Promise<boolean> {
    if (this.has(digest)) return true;
    await this.#room.maxBytes();
    const temporary = this.#newFile(digest, size);
    if (temporary === undefined) return false;
    try {
      let at = 0;
      using file = Deno.openSync(temporary, { write: true });
      for await (const chunk of await open()) {
        for (let part = 0; part < chunk.length;) part += file.writeSync(chunk.subarray(part));
        if ((at += chunk.length) > size) break;
      }
      if (at !== size) {
        this.#drop(temporary, size);
        return false;
      }
      return this.#place(temporary, digest, size);
    } catch (error) {
      this.#drop(temporary, size);
      throw error;
    }
  }

  /** Removes a copy; one that is absent is removed already. */
  discard(digest: Digest): void {
    const path = this.#path(digest);
    const bytes = statIfThere(path)?.size;
    if (bytes !== undefined) this.#drop(path, bytes);
  }

  evictables(): CachedObject[] {
    const found: CachedObject[] = [];
    for (const folder of namesIn(this.#directory)) {
      for (const name of namesIn(`${this.#directory}/${folder}`)) {
        const digest = `sha256:${name}`;
        const path = `${this.#directory}/${folder}/${name}`;
        const info = statIfThere(path);
        if (!isDigest(digest) || info === undefined) continue;
        const evict = () => {
          removeIfThere(path);
          return true;
        };
        found.push({ digest, bytes: blocksOf(info.size), usedAt: info.mtime?.getTime() ?? 0, evict });
      }
    }
    return found;
  }

  /** Files that are being written, or that a killed process has left. */
  fixedBytes(): number {
    let sum = 0;
    for (const folder of namesIn(this.#directory)) {
      for (const name of namesIn(`${this.#directory}/${folder}`)) {
        if (!name.includes(".")) continue;
        const path = `${this.#directory}/${folder}/${name}`;
        const info = statIfThere(path);
        if (info === undefined) continue;
        if (Date.now() - (info.mtime?.getTime() ?? 0) > STALE_MS) removeIfThere(path);
        else sum += blocksOf(info.size);
      }
    }
    return sum;
  }

  /** A file of the size that is to be written, so that it counts in full; `undefined` if there is no room. */
  #newFile(digest: Digest, size: number): string | undefined {
    const path = this.#path(digest);
    Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    const temporary = `${path}.${crypto.randomUUID()}`;
    const begin = () => {
      using file = Deno.openSync(temporary, { write: true, createNew: true });
      file.truncateSync(size);
    };
    return this.#room.take(blocksOf(size), begin) ? temporary : undefined;
  }

  #place(temporary: string, digest: Digest, size: number): boolean {
    Deno.chmodSync(temporary, 0o444);
    // What another process has put there meanwhile was counted by it as well.
    if (this.has(digest)) this.#room.give(blocksOf(size));
    Deno.renameSync(temporary, this.#path(digest));
    return true;
  }

  #drop(path: string, size: number): void {
    removeIfThere(path);
    this.#room.give(blocksOf(size));
  }

  #path(digest: Digest): string {
    const hex = digestHex(digest);
    return `${this.#directory}/${hex.slice(0, 2)}/${hex}`;
  }
}

function streamOf(file: Deno.FsFile): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      try {
        const buffer = new Uint8Array(CHUNK_BYTES);
        const read = file.readSync(buffer);
        if (read !== null) return controller.enqueue(buffer.subarray(0, read));
        controller.close();
      } catch (error) {
        controller.error(error);
      }
      file.close();
    },
    cancel: () => file.close(),
  }, { highWaterMark: 0 });
}
