import { UserError } from "../errors.ts";
import type { ObjectId } from "./git_object.ts";
import type { ObjectReader } from "./object_reader.ts";
import type { TreeEntry } from "./tree_object.ts";

/**
 * The ids of paths in a tree, for a stage key.
 *
 * @param paths From the root of the tree; `.` is the whole tree.
 * @param namedBy Key of a config that names the paths, for the error.
 * @returns One id per path, as it was written.
 * @throws {UserError} `path_not_in_commit` naming the first that is not there.
 */
export async function objectIdsIn(
  reader: ObjectReader,
  tree: ObjectId,
  paths: readonly string[],
  namedBy?: string,
): Promise<Readonly<Record<string, ObjectId>>> {
  const ids: [string, ObjectId][] = [];
  for (const path of paths) {
    const found = partsOf(path).length === 0 ? tree : (await entryIn(reader, tree, path))?.oid;
    if (found === undefined) throw notInCommit(path, namedBy);
    ids.push([path, found]);
  }
  return Object.fromEntries(ids);
}

/**
 * The bytes of a file in a tree.
 *
 * @throws {UserError} `path_not_in_commit` if there is no such file; a folder, link or submodule is none.
 */
export async function readFileIn(reader: ObjectReader, tree: ObjectId, path: string): Promise<Uint8Array> {
  const bytes = await findFileIn(reader, tree, path);
  if (bytes === undefined) throw notInCommit(path);
  return bytes;
}

/** As {@link readFileIn}, but `undefined` if there is no such file. */
export async function findFileIn(
  reader: ObjectReader,
  tree: ObjectId,
  path: string,
): Promise<Uint8Array | undefined> {
  const entry = await entryIn(reader, tree, path);
  if (entry?.kind !== "file" && entry?.kind !== "executable") return undefined;
  return await reader.readBlob(entry.oid);
}

/** The entry at a path of a tree; `undefined` if there is none, or if the path is the tree itself. */
export async function entryIn(
  reader: ObjectReader,
  tree: ObjectId,
  path: string,
): Promise<TreeEntry | undefined> {
  let found: TreeEntry | undefined;
  for (const part of partsOf(path)) {
    if (found !== undefined && found.kind !== "directory") return undefined;
    found = (await reader.readTree(found?.oid ?? tree)).find((entry) => entry.name === part);
    if (found === undefined) return undefined;
  }
  return found;
}

function partsOf(path: string): string[] {
  return path.split("/").filter((part) => part !== "" && part !== ".");
}

function notInCommit(path: string, namedBy?: string): UserError {
  return new UserError("path_not_in_commit", {
    what: `Cannot find ${JSON.stringify(path)} in the commit`,
    why: (namedBy === undefined ? "it has" : `${namedBy} names it, and the commit has`) +
      " no such file or folder; paths start at the top of the repository",
    fix: [`commit it: \`git add ${path} && git commit\``, "or mend the path"],
  });
}
