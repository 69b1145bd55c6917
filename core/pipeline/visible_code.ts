import { LOCK_FILE } from "../config/find_project.ts";
import { readLock } from "../format/lock_format.ts";
import type { LockEntry } from "../model/lock.ts";
import type { Repository } from "../source/repository.ts";
import { type CleanWorktree, type DirtyWorktree, readWorktree } from "../source/worktree.ts";
import { codeAt, type PinnedCode } from "./pinned_code.ts";
import type { Project } from "./project.ts";

/** The code of a worktree, looked at and not pinned. */
export interface VisibleCode {
  readonly worktree: CleanWorktree | DirtyWorktree;
  /**
   * What a tracked run would take; with uncommitted changes, the newest commit with the config and lock that lie in
   * the worktree.
   */
  readonly code: PinnedCode;
}

/**
 * Looks at the code of the worktree as a tracked run would, and writes nothing.
 *
 * @throws {UserError} `no_commit`, `not_a_repository`, `lock_invalid`, `submodule_unsupported` and others.
 */
export async function lookAtCode(project: Project, repository: Repository): Promise<VisibleCode> {
  const worktree = await readWorktree(repository);
  const { commit, branch } = worktree;
  if (worktree.state === "clean") {
    return { worktree, code: await codeAt(project, repository, commit, branch, false) };
  }
  const { tree } = await repository.commitInfo(commit);
  const { prefix } = repository;
  return {
    worktree,
    code: {
      repository,
      identity: { commit, tree, ...(prefix === "" ? {} : { directory: prefix }) },
      ...(branch === undefined ? {} : { branch }),
      draft: false,
      config: project.config,
      lock: await readLockOf(project.directory),
    },
  };
}

/**
 * The lock file in a project's directory; empty if there is none.
 *
 * @throws {UserError} `lock_invalid`.
 */
export async function readLockOf(directory: string): Promise<readonly LockEntry[]> {
  try {
    return readLock(await Deno.readTextFile(`${directory}/${LOCK_FILE}`));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
