import { BLOCK_BYTES, BlockChecks, checksOf, SMALL_BODY_BYTES } from "./body_blocks.ts";
import { fileFailure } from "./file_failure.ts";

/** Where the bytes of a large body go. */
export interface StagingFile {
  readonly id: string;
  readonly path: string;
  readonly file: Deno.FsFile;
}

/** Takes bytes: keeps a small body in memory, writes a large one to a file in blocks, with their checksums. */
export class StagedBody {
  readonly #create: () => Promise<StagingFile>;
  readonly #checks = new BlockChecks();
  #small: Uint8Array[] = [];
  #block: Uint8Array<ArrayBuffer> | undefined;
  #filled = 0;
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
      if (this.#filled === BLOCK_BYTES) await this.#writeBlock();
    }
  }

  /** Writes what is left. Nothing can be added after it. @throws As {@link StagedBody.append}. */
  async finish(): Promise<{ readonly bytes?: Uint8Array<ArrayBuffer>; readonly checks: Uint8Array }> {
    if (this.#block === undefined) {
      const bytes = join(this.#small, this.#size);
      return { bytes, checks: checksOf(bytes) };
    }
    if (this.#filled > 0) await this.#writeBlock();
    return { checks: this.#checks.bytes() };
  }

  async #writeBlock(): Promise<void> {
    const block = this.#block!.subarray(0, this.#filled);
    this.#checks.add(block);
    try {
      this.#staged ??= await this.#create();
      for (let at = 0; at < block.length;) at += await this.#staged.file.write(block.subarray(at));
    } catch (error) {
      throw fileFailure("Cannot keep the body of an object", error);
    }
    this.#filled = 0;
  }
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
