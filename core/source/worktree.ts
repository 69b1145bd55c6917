import type { ObjectId } from "./git_object.ts";
import { type Location, readText } from "./locate.ts";
import { noCommit, type Repository } from "./repository.ts";
import { statusByGit } from "./status_by_git.ts";
import { join } from "node:path";

declare const brand: unique symbol;

/** A worktree whose files are those of its commit. Made by {@link readWorktree} only. */
export interface CleanWorktree {
  readonly state: "clean";
  readonly commit: ObjectId;
  readonly tree: ObjectId;
  /** Absent on a detached HEAD. */
  readonly branch?: string;
  /** From the top of the repository to the project; empty at the top. */
  readonly prefix: string;
  readonly [brand]: "CleanWorktree";
}

/** A worktree with something in it that is not in its commit, or the other way round. */
export interface DirtyWorktree {
  readonly state: "dirty";
  /** The commit that it differs from. */
  readonly commit: ObjectId;
  readonly branch?: string;
  readonly prefix: string;
  /** Sorted by path; each path once; never empty. */
  readonly changes: readonly WorktreeChange[];
}

/** How a path differs from the commit, in the index or on the disk. */
export type ChangeKind =
  | "modified"
  | "added"
  | "deleted"
  /** Neither committed nor ignored; a folder, with a slash at its end, stands for all in it. */
  | "untracked"
  /** With conflicts. */
  | "unmerged"
  /** The path is a file of git's own that says so: a merge, cherry-pick or revert is not finished. */
  | "unfinished";

/** One path that is not as in the commit. A rename is one deleted and one added or untracked. */
export interface WorktreeChange {
  /** From the top of the repository. */
  readonly path: string;
  readonly change: ChangeKind;
}

/** What one look at a worktree found. */
export interface WorktreeStatus {
  /** Absent before the first commit. */
  readonly commit?: ObjectId;
  readonly branch?: string;
  readonly changes: readonly WorktreeChange[];
}

/**
 * Tells whether the worktree is what its commit says.
 *
 * The whole repository counts, not only the project's folder: a run gets the whole commit, and code may read files of
 * its neighbours. Untracked files count. Files that git is told to ignore do not, be it by the repository or by the
 * user's own excludes: since code is taken from the commit, an ignored file cannot reach a run. A file that is marked
 * assume-unchanged or skip-worktree is looked at all the same, and the user's `status.*` settings are passed over.
 * Filters are not run: a file that git's filters would change back is taken as it lies on the disk, unless git's index
 * knows it as unchanged.
 *
 * @throws {UserError} `no_commit`, `submodule_unsupported`, `repository_not_trusted`, `repository_unsupported`.
 */
export async function readWorktree(repository: Repository): Promise<CleanWorktree | DirtyWorktree> {
  const status = await worktreeStatus(repository, "folders");
  const { commit } = status;
  if (commit === undefined) throw noCommit(repository.root);
  const place = {
    commit,
    ...(status.branch === undefined ? {} : { branch: status.branch }),
    prefix: repository.prefix,
  };
  if (status.changes.length > 0) return { state: "dirty", ...place, changes: status.changes };
  const { tree } = await repository.commitInfo(commit);
  return { state: "clean", ...place, tree } as CleanWorktree;
}

/**
 * All changes of a worktree.
 *
 * @param untracked `folders` names an untracked folder once, `files` each file in it.
 * @throws As {@link readWorktree}, save for `no_commit`.
 */
export async function worktreeStatus(
  repository: Repository,
  untracked: "folders" | "files",
): Promise<WorktreeStatus> {
  const status = repository.git === undefined
    // It brings the fast hash, which is slow to load; with git there is seldom need of it.
    ? await (await import("./status_by_walk.ts")).statusByWalk(repository, untracked)
    : await statusByGit(repository, repository.git, untracked);
  const changes = new Map(
    [...status.changes, ...await unfinished(repository.location)].map((c) => [c.path, c]),
  );
  return { ...status, changes: [...changes.values()].sort((a, b) => a.path < b.path ? -1 : 1) };
}

async function unfinished(location: Location): Promise<WorktreeChange[]> {
  const found: WorktreeChange[] = [];
  for (const name of ["MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD"]) {
    if (await readText(join(location.gitDirectory, name)) === undefined) continue;
    found.push({ path: `.git/${name}`, change: "unfinished" });
  }
  return found;
}
