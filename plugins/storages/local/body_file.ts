import { type ObjectBody, StorageError } from "../../../core/plugin/storage.ts";
import { fileFailure } from "./file_failure.ts";
import { SYNC_CALLS_IN_A_ROW } from "./file_stream.ts";

/** What the functions here need to know. */
export interface BodyFileOptions {
  /** For the message of a failure. */
  readonly what: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes a body to `path`, where no file is, as a durable file that may only be read.
 *
 * Whatever it throws, the caller removes the file. An error of the body comes out as it is.
 * @throws {StorageError} `size_mismatch`, or what the file system's error means.
 */
export async function writeBody(body: ObjectBody, path: string, options: BodyFileOptions): Promise<void> {
  const source = body.path === undefined ? undefined : openSource(body.path);
  if (source === undefined) return await writeStream(body, path, options);
  source.close();
  await attempt(path, options, async () => {
    // The kernel copies, and on file systems that can, only notes that both files share their bytes.
    await Deno.copyFile(body.path!, path);
    Deno.chmodSync(path, readOnly(Deno.statSync(path).mode));
  });
  // The kernel's copy cannot be stopped midway.
  options.signal?.throwIfAborted();
  await sealFile(body.size, path, options);
}

/**
 * Makes a file of a caller durable and read-only where it is, and gives it the present time.
 *
 * @param now Epoch milliseconds.
 * @throws {StorageError} `size_mismatch`, or what the file system's error means.
 */
export async function adoptFile(
  size: number,
  path: string,
  now: number,
  options: BodyFileOptions,
): Promise<void> {
  await attempt(path, options, () => {
    Deno.chmodSync(path, readOnly(Deno.statSync(path).mode));
    Deno.utimeSync(path, now / 1000, now / 1000);
  });
  await sealFile(size, path, options);
}

async function writeStream(body: ObjectBody, path: string, options: BodyFileOptions): Promise<void> {
  const reader = body.open().getReader();
  const onAbort = () => reader.cancel(options.signal?.reason).catch(() => {});
  options.signal?.addEventListener("abort", onAbort);
  try {
    options.signal?.throwIfAborted();
    // Group and others as the user's umask says; the mode holds for those who open it later.
    using file = await attempt(
      path,
      options,
      () => Deno.openSync(path, { write: true, createNew: true, mode: 0o444 }),
    );
    let written = 0;
    for (let reads = 1;; reads++) {
      const { done, value } = await reader.read();
      options.signal?.throwIfAborted();
      if (done) break;
      written += value.length;
      if (written > body.size) throw sizeMismatch(body.size, `at least ${written}`, options);
      await attempt(path, options, () => writeAll(file, value, reads % SYNC_CALLS_IN_A_ROW === 0));
    }
    if (written !== body.size) throw sizeMismatch(body.size, String(written), options);
    await attempt(path, options, () => file.sync());
  } catch (error) {
    reader.cancel(error).catch(() => {});
    // A body that fails because of the abort must not hide it.
    options.signal?.throwIfAborted();
    throw error;
  } finally {
    options.signal?.removeEventListener("abort", onAbort);
    reader.releaseLock();
  }
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array, async: boolean): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const rest = bytes.subarray(at);
    at += async ? await file.write(rest) : file.writeSync(rest);
  }
}

async function sealFile(size: number, path: string, options: BodyFileOptions): Promise<void> {
  using file = await attempt(path, options, () => Deno.openSync(path));
  const actual = file.statSync().size;
  if (actual !== size) throw sizeMismatch(size, String(actual), options);
  await attempt(path, options, () => file.sync());
}

/** A body's file, if it is one that can be read; if not, its stream will say why. */
function openSource(path: string): Deno.FsFile | undefined {
  try {
    if (Deno.statSync(path).isFile) return Deno.openSync(path);
  } catch {
    return undefined;
  }
  return undefined;
}

async function attempt<T>(path: string, options: BodyFileOptions, act: () => T | Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw await fileFailure(options.what, path, error);
  }
}

// Owner can always read it; for the others as it was, without the right to write or execute.
function readOnly(mode: number | null): number {
  return ((mode ?? 0o444) & 0o444) | 0o400;
}

function sizeMismatch(expected: number, actual: string, options: BodyFileOptions): StorageError {
  return new StorageError("size_mismatch", {
    what: options.what,
    why: `the body has ${actual} bytes, and ${expected} were announced`,
  });
}
