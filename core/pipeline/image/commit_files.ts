import { createHash } from "node:crypto";
import { UserError } from "../../errors.ts";
import type { ObjectId } from "../../source/git_object.ts";
import type { ObjectReader } from "../../source/object_reader.ts";
import { entryIn, findFileIn } from "../../source/tree_lookup.ts";

/** The files of the project as the commit has them. Paths are relative to the project's root. */
export interface CommitFiles {
  /**
   * Mode and git object id of a file, link or directory, `100644 <id>`, as its tree has them; it changes when
   * anything at the path changes. `""` is the project's root; `undefined` if the commit has nothing there.
   */
  objectId(path: string): Promise<string | undefined>;
  /** A file's bytes; `undefined` if the commit has no file there, or a link. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** An absolute directory that holds exactly these files, to build in; asked for only when a build is needed. */
  directory(): Promise<string>;
}

/**
 * The files of a project in a tree of a repository.
 *
 * @param tree Id of the commit's root tree.
 * @param prefix Where the project stands in it; empty at the root.
 * @param directory A checkout of the project's part of the tree.
 */
export function commitFilesOf(
  reader: ObjectReader,
  tree: ObjectId,
  prefix: string,
  directory: () => Promise<string>,
): CommitFiles {
  const inTree = (path: string) => [prefix, path].filter((part) => part !== "").join("/");
  return {
    directory,
    async objectId(path) {
      if (inTree(path) === "") return `40000 ${tree}`;
      const found = await entryIn(reader, tree, inTree(path));
      return found && `${found.mode.replace(/^0+/, "")} ${found.oid}`;
    },
    read: (path) => findFileIn(reader, tree, inTree(path)),
  };
}

/**
 * The same from a directory that holds the commit's files and nothing else. Its object ids are those that git
 * gives in a SHA-1 repository; a `.git` in the root does not count.
 */
export function commitFilesIn(directory: () => Promise<string>): CommitFiles {
  return {
    directory,
    async objectId(path) {
      const at = join(await directory(), path);
      return (await entryOf(at, path === ""))?.id;
    },
    async read(path) {
      try {
        const root = await Deno.realPath(await directory());
        // A link is no file, as in the commit itself; nor may one on the way lead to a file of the host.
        const at = join(root, path);
        return await Deno.realPath(at) === at ? await Deno.readFile(at) : undefined;
      } catch (error) {
        if (ABSENT.some((kind) => error instanceof kind)) return undefined;
        throw error;
      }
    },
  };
}

const ABSENT = [Deno.errors.NotFound, Deno.errors.NotADirectory, Deno.errors.IsADirectory];

async function entryOf(path: string, root: boolean): Promise<{ mode: string; id: string } | undefined> {
  const info = await lstat(path);
  if (info === undefined) return undefined;
  if (info.isDirectory) return { mode: "40000", id: `40000 ${await treeId(path, root)}` };
  if (info.isSymlink) {
    return entry("120000", objectHash("blob", new TextEncoder().encode(await Deno.readLink(path))));
  }
  if (!info.isFile) {
    throw new UserError("path_unsafe", {
      what: `Cannot build with ${JSON.stringify(path)}`,
      why: "it is neither a file, a directory nor a link",
    });
  }
  const executable = ((info.mode ?? 0) & 0o100) !== 0;
  return entry(executable ? "100755" : "100644", await blobId(path, info.size));
}

function entry(mode: string, hash: string): { mode: string; id: string } {
  return { mode, id: `${mode} ${hash}` };
}

async function treeId(directory: string, root: boolean): Promise<string> {
  const entries: { sortName: Uint8Array; bytes: Uint8Array }[] = [];
  const encoder = new TextEncoder();
  for await (const { name } of Deno.readDir(directory)) {
    if (root && name === ".git") continue;
    const child = await entryOf(`${directory}/${name}`, false);
    if (child === undefined) continue;
    const [mode = "", hash = ""] = child.id.split(" ");
    // git has no empty directories.
    if (mode === "40000" && hash === EMPTY_TREE) continue;
    const head = encoder.encode(`${mode} ${name}\0`);
    const bytes = new Uint8Array(head.length + 20);
    bytes.set(head);
    bytes.set(Uint8Array.fromHex(hash), head.length);
    // git sorts a directory as if its name ended in a slash.
    entries.push({ sortName: encoder.encode(mode === "40000" ? `${name}/` : name), bytes });
  }
  entries.sort((a, b) => compare(a.sortName, b.sortName));
  const total = new Uint8Array(entries.reduce((sum, { bytes }) => sum + bytes.length, 0));
  let offset = 0;
  for (const { bytes } of entries) {
    total.set(bytes, offset);
    offset += bytes.length;
  }
  return objectHash("tree", total);
}

const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

async function blobId(path: string, size: number): Promise<string> {
  const hash = createHash("sha1").update(`blob ${size}\0`);
  const file = await Deno.open(path);
  for await (const chunk of file.readable) hash.update(chunk);
  return hash.digest("hex");
}

function objectHash(kind: string, bytes: Uint8Array): string {
  return createHash("sha1").update(`${kind} ${bytes.length}\0`).update(bytes).digest("hex");
}

function compare(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

async function lstat(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.lstat(path);
  } catch (error) {
    if (ABSENT.some((kind) => error instanceof kind)) return undefined;
    throw error;
  }
}

function join(directory: string, path: string): string {
  return path === "" ? directory : `${directory}/${path}`;
}
