import { defaultCapBytes } from "./default_cap.ts";

/** Something in a cache that can be removed. */
export interface Evictable {
  /** What it takes on the disk, in bytes. */
  readonly bytes: number;
  /** Epoch milliseconds. */
  readonly usedAt: number;
  /** 1 for what goes only when nothing else is left. */
  readonly last?: 1;
  /** Removes it, unless somebody uses it; whether it is gone. */
  evict(): boolean;
}

/** A part of a cache. */
export interface Shelf {
  /** All that can be removed, in no order. */
  evictables(): Evictable[];
  /** What else it takes on the disk, in bytes, such as what is in the making. */
  fixedBytes(): number;
}

// What file systems give out, at the least; a file takes whole ones.
const BLOCK_BYTES = 4096;

/** What a file of `size` bytes takes on a disk. */
export function blocksOf(size: number): number {
  return Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
}

/**
 * The room in a cache, shared by all processes that use it: nothing is put in before there is room for it, so that the
 * cache is at no moment larger than its cap.
 *
 * What is taken is noted in a file, under a lock that is held for the noting only. A note that a killed process has
 * left behind counts too much, never too little; it is put right when room is short.
 */
export class CacheRoom {
  readonly #directory: string;
  readonly #shelves: Shelf[] = [];
  #maxBytes: number | undefined;

  /** @param maxBytes The cap; absent, a part of the disk. */
  constructor(directory: string, maxBytes: number | undefined) {
    this.#directory = directory;
    this.#maxBytes = maxBytes;
  }

  /** The cap, in bytes. To be asked for before room is taken: the disk may have to be asked. */
  async maxBytes(): Promise<number> {
    return this.#maxBytes ??= await defaultCapBytes(this.#directory);
  }

  /** Adds a part of the cache; all are added before the first room is taken. */
  add(shelf: Shelf): void {
    this.#shelves.push(shelf);
  }

  /**
   * Takes room, after removing what is longest unused where that is needed; whether there is room.
   *
   * @param begin Called if there is: makes what is counted in place of the note from then on.
   */
  take(bytes: number, begin?: () => void): boolean {
    const maxBytes = this.#maxBytes;
    if (maxBytes === undefined) throw new TypeError("Room is taken before the cap is known");
    if (bytes > maxBytes) return false;
    using _lock = this.#lock();
    let used = this.#noted() ?? this.#count();
    if (used + bytes > maxBytes) used = this.#count();
    if (used + bytes > maxBytes) used -= this.#evict(used + bytes - maxBytes);
    const fits = used + bytes <= maxBytes;
    this.#note(fits ? used + bytes : used);
    if (fits) begin?.();
    return fits;
  }

  /** Gives room back. */
  give(bytes: number): void {
    using _lock = this.#lock();
    const used = this.#noted();
    if (used !== undefined) this.#note(Math.max(0, used - bytes));
  }

  /** What is taken, in bytes; counted anew. */
  usedBytes(): number {
    using _lock = this.#lock();
    return this.#count();
  }

  /** All that can be removed, in no order. */
  evictables(): Evictable[] {
    return this.#shelves.flatMap((shelf) => shelf.evictables());
  }

  /** Removes what is longest unused until at most `bytes` are taken; what is in use stays. */
  shrinkTo(bytes: number): void {
    using _lock = this.#lock();
    const used = this.#count();
    this.#note(used > bytes ? used - this.#evict(used - bytes) : used);
  }

  #count(): number {
    return this.#shelves.reduce(
      (sum, shelf) =>
        sum + shelf.fixedBytes() + shelf.evictables().reduce((all, { bytes }) => all + bytes, 0),
      0,
    );
  }

  #evict(wanted: number): number {
    let freed = 0;
    // Results go last: they are tiny, and each spares a whole run.
    const oldest = this.evictables().sort((a, b) => (a.last ?? 0) - (b.last ?? 0) || a.usedAt - b.usedAt);
    for (const item of oldest) {
      if (freed >= wanted) break;
      if (item.evict()) freed += item.bytes;
    }
    return freed;
  }

  #noted(): number | undefined {
    try {
      const used = Number(Deno.readTextFileSync(`${this.#directory}/room`));
      return Number.isFinite(used) && used > 0 ? used : undefined;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  #note(used: number): void {
    Deno.writeTextFileSync(`${this.#directory}/room`, String(used));
  }

  #lock(): Disposable {
    const file = Deno.openSync(`${this.#directory}/room.lock`, { create: true, write: true });
    file.lockSync(true);
    return { [Symbol.dispose]: () => file.close() };
  }
}

/** The files of a cache that are no copies: what it knows. They grow slowly, and are counted when room is short. */
export function knowledgeShelf(directory: string): Shelf {
  return {
    evictables: () => [],
    fixedBytes: () => filesUnder(`${directory}/store-index`) + filesUnder(directory),
  };
}

function filesUnder(directory: string): number {
  let sum = 0;
  try {
    for (const { name, isFile } of Deno.readDirSync(directory)) {
      if (isFile) sum += blocksOf(Deno.statSync(`${directory}/${name}`).size);
    }
  } catch (error) {
    // Not there yet, or a file that another process has just removed.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return sum;
}
