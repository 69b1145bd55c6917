import { OutsideError } from "../errors.ts";
import type { ObjectBody } from "../plugin/storage.ts";

// Names in a staging directory, which may hold files of others too.
const PREFIX = "aero-";
const STALE_MS = 24 * 60 * 60 * 1000;
const CHUNK_BYTES = 256 * 1024;

/** A name for a file on its way into a storage; never the same twice. */
export function stagingName(): string {
  return PREFIX + crypto.randomUUID();
}

/** Removes files whose names begin with `name`; what others have is left alone. */
export function removeStaged(directory: string, name: string): void {
  for (const other of namesIn(directory)) {
    if (other.startsWith(name)) removeIfThere(`${directory}/${other}`);
  }
}

/** Removes what processes that were killed have left for more than a day. */
export function removeStaleStaging(directory: string): void {
  for (const name of namesIn(directory).filter((name) => name.startsWith(PREFIX))) {
    try {
      const path = `${directory}/${name}`;
      const { mtime } = Deno.lstatSync(path);
      if (mtime && Date.now() - mtime.getTime() > STALE_MS) Deno.removeSync(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/** Nothing if the directory is not there, as when a storage is moved away while it is used. */
function namesIn(directory: string): string[] {
  try {
    return [...Deno.readDirSync(directory)].map((entry) => entry.name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Removes a file that may have been moved away. */
export function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** A body from a file that nobody changes. */
export function pathBody(path: string, size: number): ObjectBody {
  return { size, path, open: () => fileStream(path) };
}

/** The bytes of a file, by synchronous reads, which are the fastest. */
export function fileStream(path: string): ReadableStream<Uint8Array> {
  let file: Deno.FsFile | undefined;
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      try {
        file ??= Deno.openSync(path);
        const buffer = new Uint8Array(CHUNK_BYTES);
        const read = file.readSync(buffer);
        if (read !== null) return controller.enqueue(buffer.subarray(0, read));
        controller.close();
      } catch (error) {
        controller.error(error);
      }
      file?.close();
      file = undefined;
    },
    cancel() {
      file?.close();
      file = undefined;
    },
  }, { highWaterMark: 0 });
}

/** A file in a staging directory; removed at the end, if it has not been moved away by then. */
export class Spool implements Disposable {
  readonly path: string;
  /** Bytes written. */
  size = 0;
  #file: Deno.FsFile | undefined;

  constructor(directory: string, name = stagingName()) {
    this.path = `${directory}/${name}`;
    try {
      this.#file = Deno.openSync(this.path, { write: true, createNew: true });
    } catch (cause) {
      throw writeFault(this.path, cause);
    }
  }

  /** Appends. @throws {OutsideError} `disk_full`, `write_failed`. */
  write(bytes: Uint8Array): void {
    writeAllSync(this.#file!, bytes, this.path);
    this.size += bytes.length;
  }

  /** No more is written. */
  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  [Symbol.dispose](): void {
    this.close();
    removeIfThere(this.path);
  }
}

/** Writes all of `bytes`. @throws {OutsideError} `disk_full`, `write_failed`. */
export function writeAllSync(file: Deno.FsFile, bytes: Uint8Array, path: string): void {
  try {
    for (let at = 0; at < bytes.length;) at += file.writeSync(at === 0 ? bytes : bytes.subarray(at));
  } catch (cause) {
    throw writeFault(path, cause);
  }
}

/** The error for a file of aero's own that cannot be written. */
export function writeFault(path: string, cause: unknown): OutsideError {
  const { code, message } = cause as { code?: string; message: string };
  const full = code === "ENOSPC" || code === "EDQUOT";
  return new OutsideError(full ? "disk_full" : "write_failed", {
    what: `Cannot write ${JSON.stringify(path)}`,
    why: full ? "no space is left on its disk" : message,
    ...(full ? { fix: ["free space on that disk; `aero cache prune` does where the cache is"] } : {}),
  }, { cause });
}
