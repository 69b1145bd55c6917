import { parseStorageKey, type StorageKey, type StoredObject } from "../../../core/plugin/storage.ts";
import { fileFailure } from "./file_failure.ts";
import { isKeyPart, isReserved, type ObjectPaths } from "./object_paths.ts";
import type { RootDirectory } from "./root_directory.ts";

/**
 * Lists objects, one directory in memory at a time.
 *
 * @param enter Throws if the caller has aborted or the storage is closed.
 * @throws {StorageError} As {@link Storage.list}.
 */
export async function* listObjects(
  root: RootDirectory,
  paths: ObjectPaths,
  prefix: string,
  enter: () => void,
): AsyncGenerator<StoredObject> {
  enter();
  const what = `Cannot list "${prefix}" in ${root.path}`;
  root.assertPresent(what);
  const start = prefix.slice(0, prefix.lastIndexOf("/") + 1);
  // No key has such parts, and a path made of them could lead out of the root.
  if (start.split("/").slice(0, -1).some((part) => !isKeyPart(part))) return;

  const folders = [start];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const entries = await readFolder(root, paths, folder, what);
    for (const entry of entries) {
      const key = folder + entry.name;
      // Files that are not ours, such as `lost+found`, have no key.
      if (!isKeyPart(entry.name) || isReserved(key)) continue;
      if (entry.isDirectory) {
        if (`${key}/`.startsWith(prefix)) folders.push(`${key}/`);
        continue;
      }
      if (!(entry.isFile || entry.isSymlink) || !key.startsWith(prefix)) continue;
      enter();
      const object = entry.isSymlink ? await statLink(paths, key, what) : await statEntry(paths, key, what);
      if (object !== undefined) yield object;
    }
    enter();
  }
}

async function readFolder(
  root: RootDirectory,
  paths: ObjectPaths,
  folder: string,
  what: string,
): Promise<Deno.DirEntry[]> {
  const path = `${root.path}/${folder}`.slice(0, -1);
  // A name that is replaced while its directory is read comes up twice on some file systems.
  const entries = new Map<string, Deno.DirEntry>();
  try {
    paths.assertInside(path, what);
    for await (const entry of Deno.readDir(path)) entries.set(entry.name, entry);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      root.assertPresent(what);
      return [];
    }
    throw await fileFailure(what, path, error);
  }
  return [...entries.values()];
}

async function statEntry(paths: ObjectPaths, text: string, what: string): Promise<StoredObject | undefined> {
  if (text.length > 900) return undefined;
  const key: StorageKey = parseStorageKey(text);
  try {
    const info = paths.lookUp(key, what);
    return info && { key, size: info.size, modifiedAt: info.mtime?.getTime() ?? 0, path: paths.of(key) };
  } catch (error) {
    throw await fileFailure(what, paths.of(key), error);
  }
}

/** A link in the place of an object is no absent object: it is listed, and cannot be read. */
async function statLink(paths: ObjectPaths, text: string, what: string): Promise<StoredObject | undefined> {
  if (text.length > 900) return undefined;
  const key = parseStorageKey(text);
  try {
    const info = Deno.lstatSync(paths.of(key));
    return { key, size: info.size, modifiedAt: info.mtime?.getTime() ?? 0 };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw await fileFailure(what, paths.of(key), error);
  }
}
