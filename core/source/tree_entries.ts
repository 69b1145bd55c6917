import { UserError } from "../errors.ts";
import type { ObjectId } from "./git_object.ts";
import type { ObjectReader } from "./object_reader.ts";
import type { OperationOptions } from "./options.ts";
import { type EntryKind, parseTree, type TreeEntry } from "./tree_object.ts";

/** A file, link or submodule anywhere in a tree. */
export interface PathEntry {
  /** From the root of the tree, `/`-separated. */
  readonly path: string;
  /** Octal, as git shows it: `100644`. */
  readonly mode: string;
  readonly oid: ObjectId;
  readonly kind: Exclude<EntryKind, "directory">;
}

/** A whole tree: its files, and the trees that hold them. */
export interface WholeTree {
  /** In the order of a walk by folder; each path once. */
  readonly entries: readonly PathEntry[];
  /** Ids of the root and all trees below, each once, parents first. */
  readonly trees: readonly ObjectId[];
  /** Paths of all folders below the root, parents first. */
  readonly directories: readonly string[];
}

/** Files and folders of one commit: far more than code has, and what a listing of them takes in memory is bounded. */
const MOST_PATHS = 2_000_000;
// PATH_MAX of Linux, less room for the folder that it is written to.
const LONGEST_PATH = 3_072;

/**
 * Lists a tree with everything in it. Reads each level of folders in one go.
 *
 * @throws {UserError} `tree_unsafe`, `path_unsupported`, `object_missing`.
 */
export async function readWholeTree(
  reader: ObjectReader,
  tree: ObjectId,
  options?: OperationOptions & { readonly mostPaths?: number },
): Promise<WholeTree> {
  const trees = new Map<ObjectId, readonly TreeEntry[]>();
  for (let level = [tree]; level.length > 0;) {
    let index = 0;
    const below = new Set<ObjectId>();
    for await (const { bytes } of reader.readMany(level, options)) {
      const id = level[index++]!;
      trees.set(id, parseTree(id, bytes, reader.format));
    }
    for (const id of level) {
      for (const entry of trees.get(id)!) {
        if (entry.kind === "directory" && !trees.has(entry.oid)) below.add(entry.oid);
      }
    }
    level = [...below];
  }

  const entries: PathEntry[] = [];
  const directories: string[] = [];
  // A tree of a few kilobytes can name itself, by way of others, in as many folders as there are atoms.
  const most = options?.mostPaths ?? MOST_PATHS;
  const folders = [{ id: tree, prefix: "", at: 0 }];
  for (let folder = folders.at(-1); folder !== undefined; folder = folders.at(-1)) {
    const entry = trees.get(folder.id)![folder.at++];
    if (entry === undefined) {
      folders.pop();
      continue;
    }
    const { name, mode, oid, kind } = entry;
    const path = folder.prefix + name;
    if (path.length > LONGEST_PATH) throw unsafe(tree, `a path in it has ${path.length} letters`);
    if (entries.length + directories.length >= most) {
      throw unsafe(tree, `it has more than ${most} files and folders`);
    }
    if (kind !== "directory") entries.push({ path, mode, oid, kind });
    else {
      directories.push(path);
      folders.push({ id: oid, prefix: `${path}/`, at: 0 });
    }
  }
  return { entries, trees: [...trees.keys()], directories };
}

function unsafe(tree: ObjectId, why: string): UserError {
  return new UserError("tree_unsafe", { what: `Cannot check out the tree ${tree}`, why });
}

/** The files, links and submodules of a tree. @throws As {@link readWholeTree}. */
export async function treeEntries(
  reader: ObjectReader,
  tree: ObjectId,
  options?: OperationOptions,
): Promise<readonly PathEntry[]> {
  return (await readWholeTree(reader, tree, options)).entries;
}

/** The refusal of a tree with submodules; returns if it has none. @throws {UserError} `submodule_unsupported`. */
export function refuseSubmodules(entries: readonly Pick<PathEntry, "path" | "kind">[]): void {
  const paths = entries.filter((entry) => entry.kind === "submodule").map((entry) => entry.path);
  if (paths.length === 0) return;
  throw new UserError("submodule_unsupported", {
    what: "Cannot take the code of a commit with submodules",
    why: `the files of ${
      paths.join(", ")
    } are in another repository, and the commit holds only a pointer to them`,
    fix: [
      `bring them in: \`git rm --cached ${paths[0]} && rm ${paths[0]}/.git && git add ${
        paths[0]
      }\`, then commit`,
      "install the code in the image instead",
    ],
  });
}
