import {
  type ObjectBody,
  type PutOptions,
  StorageError,
  type StorageKey,
} from "../../../core/plugin/storage.ts";
import { adoptFile, writeBody } from "./body_file.ts";
import { fileFailure, systemCode } from "./file_failure.ts";
import type { ObjectPaths } from "./object_paths.ts";
import type { RootDirectory } from "./root_directory.ts";

/**
 * Stores a body: all bytes in a file beside the objects, durable, and only then under its name.
 *
 * @param options `now` is in epoch milliseconds.
 * @throws {StorageError} As {@link Storage.put}.
 */
export async function putObject(
  root: RootDirectory,
  paths: ObjectPaths,
  key: StorageKey,
  body: ObjectBody,
  options: PutOptions & { readonly now: number },
): Promise<void> {
  const what = `Cannot store "${key}" in ${root.path}`;
  const path = paths.of(key);
  let temporary: string | undefined;
  try {
    await paths.makeFolder(key, what);
    // Spares writing the bytes of what is there already; the link below is what decides.
    if (options.ifAbsent && paths.lookUp(key, what)) throw alreadyThere(what);

    const staged = stagedFile(root, body);
    if (staged === undefined) {
      temporary = temporaryFile(root, what);
      await writeBody(body, temporary, { what, signal: options.signal });
    } else {
      await adoptFile(body.size, staged, options.now, { what });
    }
    options.signal?.throwIfAborted();

    await place(staged ?? temporary!, path, options.ifAbsent ?? false, () => {
      paths.forget(key);
      return paths.makeFolder(key, what);
    });
    temporary = undefined;
    await paths.syncFolder(key);
  } catch (error) {
    if (temporary !== undefined) discard(temporary);
    if (error instanceof Deno.errors.AlreadyExists && options.ifAbsent && paths.lookUp(key, what)) {
      throw alreadyThere(what, error);
    }
    throw folderInTheWay(error, what, path) ?? await fileFailure(what, path, error);
  }
}

async function place(
  from: string,
  to: string,
  ifAbsent: boolean,
  makeFolder: () => Promise<void>,
): Promise<void> {
  const act = () => {
    if (!ifAbsent) return Deno.renameSync(from, to);
    // link(2) fails if the name is taken, in one step also between processes and machines; rename would replace.
    Deno.linkSync(from, to);
    discard(from);
  };
  try {
    act();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    await makeFolder();
    act();
  }
}

/** The body's own file, if it lies in the staging directory and is free of links. */
function stagedFile(root: RootDirectory, body: ObjectBody): string | undefined {
  if (root.staging === undefined || body.path === undefined) return undefined;
  try {
    const info = Deno.lstatSync(body.path);
    const real = Deno.realPathSync(body.path);
    return info.isFile && real.startsWith(`${root.staging}/`) ? real : undefined;
  } catch {
    return undefined;
  }
}

function temporaryFile(root: RootDirectory, what: string): string {
  try {
    Deno.lstatSync(root.temporary);
  } catch {
    root.assertPresent(what);
    Deno.mkdirSync(root.temporary, { recursive: true });
  }
  return `${root.temporary}/${crypto.randomUUID()}`;
}

function discard(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // A file that stays is removed as a leftover; the put's own outcome is what counts.
  }
}

function alreadyThere(what: string, cause?: unknown): StorageError {
  return new StorageError("exists", { what, why: "there is such an object already" }, { cause });
}

// A file system, unlike an object service, cannot have `a` and `a/b`.
function folderInTheWay(error: unknown, what: string, path: string): StorageError | undefined {
  const name = error instanceof StorageError ? undefined : systemCode(error);
  if (!["ENOTDIR", "EISDIR", "EEXIST", "ENAMETOOLONG"].includes(name ?? "")) return undefined;
  const why = name === "ENAMETOOLONG"
    ? `a part of it is longer than file names may be: ${path}`
    : `one key would be a folder of the other: ${path}`;
  return new StorageError("denied", { what, why }, { cause: error });
}
