import type { OperationOptions, PluginContext } from "../../../core/plugin/context.ts";
import {
  type GetOptions,
  type ObjectBody,
  type PutOptions,
  type Storage,
  type StorageCapabilities,
  StorageError,
  type StorageKey,
  type StoredObject,
} from "../../../core/plugin/storage.ts";
import { fileFailure } from "./file_failure.ts";
import { CHUNK_BYTES, fileStream, type OpenStream, SYNC_CALLS_IN_A_ROW } from "./file_stream.ts";
import { listObjects } from "./list_objects.ts";
import { ObjectPaths } from "./object_paths.ts";
import { putObject } from "./put_object.ts";
import { RootDirectory } from "./root_directory.ts";

/** Objects as files of a directory; see README.md for what the file system must guarantee. */
export class LocalStorage implements Storage {
  readonly capabilities: StorageCapabilities;
  readonly location: string;
  readonly #root: RootDirectory;
  readonly #paths: ObjectPaths;
  readonly #now: () => Date;
  readonly #puts = new Set<Promise<void>>();
  readonly #streams = new Set<OpenStream>();
  #calls = 0;
  #closed = false;

  private constructor(root: RootDirectory, now: () => Date) {
    this.#root = root;
    this.#paths = new ObjectPaths(root);
    this.#now = now;
    this.location = root.path;
    this.capabilities = {
      conditionalPut: true,
      // fsyncs that wait together are written together.
      maxConcurrency: 64,
      maxObjectBytes: Number.MAX_SAFE_INTEGER,
      ...(root.staging === undefined ? {} : { stagingDirectory: root.staging }),
    };
  }

  /**
   * Opens a directory as a storage and makes it if it is not there. One that may only be read opens too; puts are
   * then `denied`.
   *
   * @param path Absolute.
   * @throws {StorageError} `denied`, `full`, `unavailable`.
   */
  static async open(path: string, context: PluginContext): Promise<LocalStorage> {
    return new LocalStorage(await RootDirectory.open(path, context), context.now);
  }

  async put(key: StorageKey, body: ObjectBody, options: PutOptions = {}): Promise<void> {
    this.#enter(options);
    const work = putObject(this.#root, this.#paths, key, body, { ...options, now: this.#now().getTime() });
    this.#puts.add(work);
    try {
      await work;
    } finally {
      this.#puts.delete(work);
    }
  }

  async get(key: StorageKey, options: GetOptions = {}): Promise<ReadableStream<Uint8Array>> {
    await this.#giveTurn();
    this.#enter(options);
    const what = `Cannot read "${key}" from ${this.location}`;
    const path = this.#paths.of(key);
    let file: Deno.FsFile | undefined;
    try {
      if (!this.#paths.lookUp(key, what)) throw absent(what);
      file = Deno.openSync(path);
      const { offset, length } = rangeOf(options, file.statSync().size, what);
      if (offset > 0) file.seekSync(offset, Deno.SeekMode.Start);
      const opened = fileStream(file, length, {
        signal: options.signal,
        failure: (error) => fileFailure(what, path, error),
        cut: () => new StorageError("unavailable", { what, why: `${path} became shorter while it was read` }),
        onClose: (stream) => this.#streams.delete(stream),
      });
      this.#streams.add(opened);
      // A small object is read at once, so that no file stays open if nobody reads the stream.
      return length <= CHUNK_BYTES ? await readAhead(opened.stream) : opened.stream;
    } catch (error) {
      file?.[Symbol.dispose]();
      if (error instanceof Deno.errors.NotFound) throw absent(what, error);
      throw await fileFailure(what, path, error);
    }
  }

  async stat(key: StorageKey, options: OperationOptions = {}): Promise<StoredObject | undefined> {
    await this.#giveTurn();
    this.#enter(options);
    const what = `Cannot look up "${key}" in ${this.location}`;
    try {
      const info = this.#paths.lookUp(key, what);
      return info && { key, size: info.size, modifiedAt: info.mtime?.getTime() ?? 0 };
    } catch (error) {
      throw await fileFailure(what, this.#paths.of(key), error);
    }
  }

  list(prefix: string, options: OperationOptions = {}): AsyncIterable<StoredObject> {
    return listObjects(this.#root, this.#paths, prefix, () => this.#enter(options));
  }

  async delete(key: StorageKey, options: OperationOptions = {}): Promise<void> {
    await this.#giveTurn();
    this.#enter(options);
    const what = `Cannot delete "${key}" from ${this.location}`;
    try {
      // Not synced: an object that a power cut brings back is swept again. Folders stay, since a put may be
      // about to use them.
      if (this.#paths.lookUp(key, what)) Deno.removeSync(this.#paths.of(key));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
      throw await fileFailure(what, this.#paths.of(key), error);
    }
  }

  /** Waits for puts under way; streams that are still read fail with `closed`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    for (const stream of this.#streams) stream.fail(this.#closedError());
    await Promise.allSettled(this.#puts);
  }

  /** Calls that work synchronously would keep timers and signals waiting for as long as they follow each other. */
  async #giveTurn(): Promise<void> {
    if (++this.#calls % SYNC_CALLS_IN_A_ROW === 0) await Deno.lstat(this.location).catch(() => {});
  }

  #enter(options: OperationOptions): void {
    if (this.#closed) throw this.#closedError();
    options.signal?.throwIfAborted();
  }

  #closedError(): StorageError {
    return new StorageError("closed", { what: `Cannot use ${this.location}`, why: "it has been closed" });
  }
}

function rangeOf(
  { range }: GetOptions,
  size: number,
  what: string,
): { readonly offset: number; readonly length: number } {
  if (range === undefined) return { offset: 0, length: size };
  const { offset, length = size - offset } = range;
  if (offset >= 0 && offset < size && length > 0) return { offset, length: Math.min(length, size - offset) };
  throw new StorageError("invalid_range", {
    what,
    why: `the range is ${range.length ?? "all"} bytes from ${offset}, and the object has ${size}`,
  });
}

function absent(what: string, cause?: unknown): StorageError {
  return new StorageError("not_found", { what, why: "there is no such object" }, { cause });
}

async function readAhead(stream: ReadableStream<Uint8Array>): Promise<ReadableStream<Uint8Array>> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}
