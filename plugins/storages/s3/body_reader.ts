import { type ObjectBody, StorageError } from "../../../core/plugin/storage.ts";

/** The bytes of a body in order; holds the body to the size that it announced. */
export interface BodyReader extends AsyncDisposable {
  /** Fills `bytes` with what comes next. @throws {StorageError} `size_mismatch` if there is less; the body's own failure. */
  fill(bytes: Uint8Array): Promise<void>;
  /** States that nothing follows. @throws {StorageError} `size_mismatch`; the body's own failure. */
  end(): Promise<void>;
}

/**
 * Opens a body: its file, if it has one that can be opened, else its stream.
 *
 * @param what The report's `what`.
 */
export function readBody(body: ObjectBody, what: string, signal: AbortSignal | undefined): BodyReader {
  const mismatch = (actual: string) =>
    new StorageError("size_mismatch", {
      what,
      why: `the body has ${actual} bytes, and ${body.size} were announced`,
    });
  const file = body.path === undefined ? undefined : openFile(body.path);
  return file === undefined
    ? new StreamReader(body, signal, mismatch)
    : new FileReader(file, signal, mismatch);
}

/** A file, if there is one; if not, the stream will say why. */
function openFile(path: string): Deno.FsFile | undefined {
  try {
    if (Deno.statSync(path).isFile) return Deno.openSync(path);
  } catch {
    return undefined;
  }
  return undefined;
}

class FileReader implements BodyReader {
  readonly #file: Deno.FsFile;
  readonly #signal: AbortSignal | undefined;
  readonly #mismatch: (actual: string) => StorageError;
  #read = 0;

  constructor(
    file: Deno.FsFile,
    signal: AbortSignal | undefined,
    mismatch: (actual: string) => StorageError,
  ) {
    this.#file = file;
    this.#signal = signal;
    this.#mismatch = mismatch;
  }

  async fill(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      this.#signal?.throwIfAborted();
      const read = await this.#file.read(bytes.subarray(at));
      if (read === null) throw this.#mismatch(String(this.#read));
      at += read;
      this.#read += read;
    }
  }

  async end(): Promise<void> {
    this.#signal?.throwIfAborted();
    if (await this.#file.read(new Uint8Array(1)) !== null) throw this.#mismatch(`at least ${this.#read + 1}`);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#file.close();
    return Promise.resolve();
  }
}

class StreamReader implements BodyReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #signal: AbortSignal | undefined;
  readonly #mismatch: (actual: string) => StorageError;
  readonly #onAbort: () => void;
  #rest: Uint8Array = new Uint8Array();
  #read = 0;

  constructor(body: ObjectBody, signal: AbortSignal | undefined, mismatch: (actual: string) => StorageError) {
    this.#reader = body.open({ lendsChunks: true }).getReader();
    this.#mismatch = mismatch;
    this.#signal = signal;
    this.#onAbort = () => void this.#reader.cancel(signal?.reason).catch(() => {});
    signal?.addEventListener("abort", this.#onAbort);
  }

  async fill(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      if (this.#rest.length === 0 && !await this.#more()) throw this.#mismatch(String(this.#read));
      const piece = this.#rest.subarray(0, bytes.length - at);
      bytes.set(piece, at);
      at += piece.length;
      this.#rest = this.#rest.subarray(piece.length);
    }
  }

  async end(): Promise<void> {
    while (this.#rest.length === 0) if (!await this.#more()) return;
    throw this.#mismatch(`at least ${this.#read}`);
  }

  async #more(): Promise<boolean> {
    try {
      this.#signal?.throwIfAborted();
      const { done, value } = await this.#reader.read();
      this.#signal?.throwIfAborted();
      if (done) return false;
      this.#rest = value;
      this.#read += value.length;
      return true;
    } catch (error) {
      // A body that fails because of the abort must not hide it.
      this.#signal?.throwIfAborted();
      throw error;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#reader.cancel().catch(() => {});
    this.#reader.releaseLock();
    return Promise.resolve();
  }
}
