import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { OutsideError, UserError } from "../errors.ts";
import { formatCommit, type Identity } from "./commit_object.ts";
import { configValue } from "./config_file.ts";
import { modeOf, statInside } from "./disk_file.ts";
import { objectHeader, type ObjectId, type ObjectType } from "./git_object.ts";
import { hashOf } from "./object_hash.ts";
import type { Repository } from "./repository.ts";
import { readWholeTree, refuseSubmodules } from "./tree_entries.ts";
import { concatenate, type EntryKind, formatTree, type TreeEntry } from "./tree_object.ts";
import { readUserConfig } from "./user_config.ts";
import { type WorktreeChange, worktreeStatus } from "./worktree.ts";

/** A draft keeps code; data of this size is surely not meant, and would stay in the repository. */
const MAX_FILE_BYTES = 100 * 1024 * 1024;

/** Stands for a person whom git has not been told of. */
const NOBODY: Identity = { name: "aero", email: "aero@localhost" };

/**
 * Commits the whole worktree, untracked files with it and ignored ones without, on a ref of its own below
 * `refs/aero/drafts/`, with HEAD as its parent; before the first commit, without one.
 *
 * Branch, index, files and the log of HEAD stay as they are. Files are taken as they lie on the disk, without
 * filters or line-end rules. The same worktree gives the same tree, and at the same time the same commit.
 *
 * @param options.at Time of the commit, epoch milliseconds.
 * @returns The id of the commit.
 * @throws {UserError} `draft_file_too_large`, `draft_file_unsupported`, `submodule_unsupported`;
 * {@link OutsideError} `draft_failed` if git's folder cannot be written.
 */
export async function snapshotWorktree(
  repository: Repository,
  options: { readonly message: string; readonly at: number },
): Promise<ObjectId> {
  const status = await worktreeStatus(repository, "files");
  const parent = status.commit;
  const committed = parent === undefined
    ? []
    : (await readWholeTree(repository.objects, (await repository.commitInfo(parent)).tree)).entries;
  refuseSubmodules(committed);
  const write = (type: ObjectType, bytes: Uint8Array) => writeObject(repository, type, bytes);

  const files = new Map<string, Leaf>(committed.map((entry) => [entry.path, entry]));
  for (const { path, change } of status.changes) {
    if (change === "unfinished") continue;
    const leaf = readLeaf(repository.root, { path, change }, write);
    if (leaf === undefined) files.delete(path);
    else files.set(path, leaf);
  }
  const tree = writeTree(files, write);
  const commit = write(
    "commit",
    formatCommit({
      tree,
      parents: parent === undefined ? [] : [parent],
      author: await identity(repository),
      ...options,
    }),
  );
  await writeRef(repository, `refs/aero/drafts/${commit.slice(0, 12)}`, commit);
  return commit;
}

type Leaf = Omit<TreeEntry, "name">;
type Write = (type: ObjectType, bytes: Uint8Array) => ObjectId;

function readLeaf(root: string, { path }: WorktreeChange, write: Write): Leaf | undefined {
  if (path.endsWith("/")) throw unsupported(path, "it is a git repository of its own");
  const info = statInside(root, path);
  // Where a folder now stands, its files are listed as untracked.
  if (info === undefined || info.isDirectory) return undefined;
  const mode = modeOf(info);
  if (mode === undefined) throw unsupported(path, "it is neither a file nor a symbolic link");
  if (info.size > MAX_FILE_BYTES) {
    throw new UserError("draft_file_too_large", {
      what: "Cannot record a snapshot of the worktree",
      why: `${path} has ${info.size} bytes, and a snapshot of code takes at most ${MAX_FILE_BYTES} a file`,
      fix: [
        `store it as data: \`aero data add ${path} --name <name>\``,
        `have git ignore it: add ${path} to .gitignore`,
      ],
    });
  }
  const full = join(root, path);
  const bytes = info.isSymlink ? new TextEncoder().encode(Deno.readLinkSync(full)) : Deno.readFileSync(full);
  const kind: EntryKind = mode === "120000" ? "link" : mode === "100755" ? "executable" : "file";
  return { mode, kind, oid: write("blob", bytes) };
}

function writeTree(files: ReadonlyMap<string, Leaf>, write: Write): ObjectId {
  const folders = new Map<string, Map<string, Leaf>>();
  const entries: TreeEntry[] = [];
  for (const [path, leaf] of files) {
    const slash = path.indexOf("/");
    if (slash < 0) {
      entries.push({ name: path, ...leaf });
      continue;
    }
    const name = path.slice(0, slash);
    const inside = folders.get(name) ?? new Map<string, Leaf>();
    folders.set(name, inside.set(path.slice(slash + 1), leaf));
  }
  for (const [name, inside] of folders) {
    entries.push({ name, mode: "040000", kind: "directory", oid: writeTree(inside, write) });
  }
  return write("tree", formatTree(entries));
}

/** Writes an object on its own, as git does, if it is not there so. */
function writeObject(repository: Repository, type: ObjectType, bytes: Uint8Array): ObjectId {
  const id = hashOf(repository.format, type, bytes);
  const folder = join(repository.location.commonDirectory, "objects", id.slice(0, 2));
  const path = join(folder, id.slice(2));
  try {
    if (statInside(folder, id.slice(2)) !== undefined) return id;
    Deno.mkdirSync(folder, { recursive: true });
    const temporary = Deno.makeTempFileSync({ dir: folder, prefix: "tmp_obj_" });
    try {
      Deno.writeFileSync(temporary, deflateSync(concatenate([objectHeader(type, bytes.length), bytes])));
      Deno.chmodSync(temporary, 0o444);
      Deno.renameSync(temporary, path);
    } catch (error) {
      Deno.removeSync(temporary);
      throw error;
    }
    return id;
  } catch (cause) {
    throw unwritable(cause);
  }
}

async function writeRef(repository: Repository, ref: string, commit: ObjectId): Promise<void> {
  if (repository.git !== undefined) {
    await repository.git.output(["update-ref", ref, commit]);
    return;
  }
  const path = join(repository.location.commonDirectory, ref);
  try {
    Deno.mkdirSync(join(path, ".."), { recursive: true });
    Deno.writeTextFileSync(`${path}.lock`, `${commit}\n`);
    Deno.renameSync(`${path}.lock`, path);
  } catch (cause) {
    throw unwritable(cause);
  }
}

async function identity(repository: Repository): Promise<Identity> {
  const config = await readUserConfig(repository.location, repository.variables);
  const name = configValue(config, "user.name");
  const email = configValue(config, "user.email");
  return { name: name || NOBODY.name, email: email || NOBODY.email };
}

function unsupported(path: string, why: string): UserError {
  return new UserError("draft_file_unsupported", {
    what: `Cannot record ${JSON.stringify(path)} in a snapshot of the worktree`,
    why,
    fix: [`have git ignore it: add ${path} to .gitignore`],
  });
}

function unwritable(cause: unknown): OutsideError {
  return new OutsideError("draft_failed", {
    what: "Cannot record a snapshot of the worktree",
    ...(cause instanceof Error ? { why: cause.message } : {}),
  }, { cause });
}
