import { BufferPool } from "../buffer_pool.ts";
import { BLOCK_BYTES, BlockChecks, checksOf, SMALL_BODY_BYTES } from "./body_blocks.ts";
import { fileFailure } from "./file_failure.ts";

/** Where the bytes of a large body go. */
export interface StagingFile {
  readonly id: string;
  readonly path: string;
  readonly file: Deno.FsFile;
}

/**
 * Bodies past this are written in larger pieces, each while the next is filled: a write costs a turn of another thread.
 * Two pieces for as many bodies at once as are written so: 16 MiB. Others go block by block.
 */
const LARGE_BYTES = 512 * 1024;
const LARGE_WRITE_BYTES = 512 * 1024;
/**
 * Past so much, what came is brought to the disk while the rest of a body comes, so that little is left to wait for at its end.
 * A part of 8 MiB, as most clients send them, ends there: it is brought there once.
 */
const EARLY_SYNC_BYTES = 8 * 1024 * 1024;
const lent = new BufferPool(2 * LARGE_WRITE_BYTES, 16);

/** Takes bytes: keeps a small body in memory, writes a large one to a file in blocks, with their checksums. */
export class StagedBody {
  readonly #create: () => Promise<StagingFile>;
  readonly #checks = new BlockChecks();
  #small: Uint8Array[] = [];
  #block: Uint8Array<ArrayBuffer> | undefined;
  #filled = 0;
  /** Two pieces: what is filled, and what is on its way to the file. */
  #lent: Uint8Array<ArrayBuffer> | undefined;
  #writing: Promise<void> | undefined;
  #unsynced = 0;
  #syncing: Promise<void> | undefined;
  /** A failure may be told once only, so that a later sync by another handle succeeds: it is kept. */
  #syncFailure: unknown;
  #staged: StagingFile | undefined;
  #size = 0;

  constructor(create: () => Promise<StagingFile>) {
    this.#create = create;
  }

  /** Bytes. */
  get size(): number {
    return this.#size;
  }

  /** The file of a large body. */
  get staged(): StagingFile | undefined {
    return this.#staged;
  }

  /** @throws {ObjectEngineError} `full`, `unavailable`. */
  async append(bytes: Uint8Array): Promise<void> {
    this.#size += bytes.length;
    if (this.#block === undefined && this.#size <= SMALL_BODY_BYTES) {
      this.#small.push(bytes.slice());
      return;
    }
    const before = this.#small;
    this.#small = [];
    this.#block ??= new Uint8Array(BLOCK_BYTES);
    for (const piece of before) this.#filled += copy(piece, this.#block, this.#filled);
    for (let at = 0; at < bytes.length;) {
      const taken = copy(bytes.subarray(at), this.#block, this.#filled);
      this.#filled += taken;
      at += taken;
      if (this.#filled === this.#block.length) await this.#writeBlock();
    }
  }

  /** Writes what is left. Nothing can be added after it. @throws As {@link StagedBody.append}. */
  async finish(): Promise<{ readonly bytes?: Uint8Array<ArrayBuffer>; readonly checks: Uint8Array }> {
    if (this.#block === undefined) {
      const bytes = join(this.#small, this.#size);
      return { bytes, checks: checksOf(bytes) };
    }
    if (this.#filled > 0) await this.#writeBlock();
    await this.#writing;
    await this.settle();
    if (this.#syncFailure !== undefined) throw this.#syncFailure;
    return { checks: this.#checks.bytes() };
  }

  /** Waits for what is on its way to the file, which may be closed afterwards. Nothing can be added after it. */
  async settle(): Promise<void> {
    // Of a failure whoever added the bytes is told.
    await this.#writing?.catch(() => {});
    await this.#syncing;
    if (this.#lent !== undefined) lent.give(this.#lent);
    this.#lent = undefined;
  }

  async #writeBlock(): Promise<void> {
    const block = this.#block!.subarray(0, this.#filled);
    for (let at = 0; at < block.length; at += BLOCK_BYTES) {
      this.#checks.add(block.subarray(at, at + BLOCK_BYTES));
    }
    await this.#writing;
    this.#writing = this.#write(block);
    this.#filled = 0;
    if (this.#lent !== undefined) {
      // It is awaited before the next, or at the end.
      this.#writing.catch(() => {});
      const half = this.#block!.byteOffset === this.#lent.byteOffset ? LARGE_WRITE_BYTES : 0;
      this.#block = this.#lent.subarray(half, half + LARGE_WRITE_BYTES);
      return;
    }
    await this.#writing;
    if (this.#size < LARGE_BYTES || (this.#lent = lent.take()) === undefined) return;
    this.#block = this.#lent.subarray(0, LARGE_WRITE_BYTES);
  }

  async #write(block: Uint8Array): Promise<void> {
    try {
      this.#staged ??= await this.#create();
      for (let at = 0; at < block.length;) at += await this.#staged.file.write(block.subarray(at));
      this.#unsynced += block.length;
      if (this.#unsynced > EARLY_SYNC_BYTES && this.#syncing === undefined) {
        this.#syncEarly(this.#staged.path);
      }
    } catch (error) {
      throw fileFailure("Cannot keep the body of an object", error);
    }
  }

  #syncEarly(path: string): void {
    this.#unsynced = 0;
    this.#syncing = syncData(path).catch((error) => {
      this.#syncFailure = fileFailure("Cannot keep the body of an object", error);
    }).finally(() => this.#syncing = undefined);
  }
}

/** By a handle of its own: what is asked of one handle waits for what was asked before. */
async function syncData(path: string): Promise<void> {
  using file = await Deno.open(path, { write: true });
  await file.syncData();
}

function copy(from: Uint8Array, to: Uint8Array, at: number): number {
  const count = Math.min(from.length, to.length - at);
  to.set(count === from.length ? from : from.subarray(0, count), at);
  return count;
}

function join(pieces: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) at += copy(piece, bytes, at);
  return bytes;
}
