/** Bytes that come one after another; there may be more later. */
export interface ByteSource {
  /** The next bytes, at most some; empty where there are none, for now or for good. */
  read(): Promise<Uint8Array>;
  close(): Promise<void>;
}

const CHUNK_BYTES = 256 * 1024;

/** A file that may grow, and may not be there yet. */
export class GrowingFile implements ByteSource {
  readonly #path: string;
  #file: Deno.FsFile | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  async read(): Promise<Uint8Array> {
    try {
      this.#file ??= await Deno.open(this.#path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return new Uint8Array();
      throw error;
    }
    const buffer = new Uint8Array(CHUNK_BYTES);
    return buffer.subarray(0, await this.#file.read(buffer) ?? 0);
  }

  // deno-lint-ignore require-await
  async close(): Promise<void> {
    this.#file?.close();
    this.#file = undefined;
  }
}

/** What a stream gives; opened when it is first read. */
export class StreamedBytes implements ByteSource {
  readonly #open: () => Promise<ReadableStream<Uint8Array> | undefined>;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #done = false;

  /** @param open Gives `undefined` for no bytes at all. */
  constructor(open: () => Promise<ReadableStream<Uint8Array> | undefined>) {
    this.#open = open;
  }

  async read(): Promise<Uint8Array> {
    if (this.#done) return new Uint8Array();
    if (this.#reader === undefined) {
      const stream = await this.#open();
      this.#reader = stream?.getReader();
    }
    const piece = await this.#reader?.read();
    if (piece !== undefined && !piece.done) return piece.value;
    this.#done = true;
    return new Uint8Array();
  }

  async close(): Promise<void> {
    this.#done = true;
    await this.#reader?.cancel();
    this.#reader = undefined;
  }
}
