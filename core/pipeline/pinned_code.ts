import { LOCK_FILE, PROJECT_FILE } from "../config/find_project.ts";
import { UserError } from "../errors.ts";
import { readLock } from "../format/lock_format.ts";
import type { ProjectConfig } from "../config/project_config.ts";
import type { CodeIdentity } from "../model/experiment_version.ts";
import type { LockEntry } from "../model/lock.ts";
import type { Repository } from "../source/repository.ts";
import { findFileIn } from "../source/tree_lookup.ts";
import { type CleanWorktree, type DirtyWorktree, readWorktree } from "../source/worktree.ts";
import type { Project } from "./project.ts";

/** The code of a command: one commit, and the config and lock that it holds. */
export interface PinnedCode {
  readonly repository: Repository;
  readonly identity: CodeIdentity;
  readonly branch?: string;
  /** Whether the commit is a snapshot of uncommitted work. */
  readonly draft: boolean;
  readonly config: ProjectConfig;
  readonly lock: readonly LockEntry[];
}

/**
 * Takes the code from a commit: HEAD if the worktree is clean; with `draft`, a snapshot of the worktree.
 *
 * @throws {UserError} `worktree_dirty` listing the files and the ways out; `config_uncommitted`.
 */
export async function pinCode(
  project: Project,
  options: {
    readonly draft: boolean;
    readonly now: number;
    /** What git sees; asked for here if absent. */
    readonly worktree?: Promise<CleanWorktree | DirtyWorktree>;
  },
): Promise<PinnedCode> {
  const repository = await project.repository();
  const worktree = await unlessNew(options.worktree ?? readWorktree(repository), options.draft);
  if (worktree?.state === "clean") {
    return await codeAt(project, repository, worktree.commit, worktree.branch, false);
  }
  if (worktree !== undefined && !options.draft) throw dirty(worktree);
  const { snapshotWorktree } = await import("../source/draft.ts");
  const commit = await snapshotWorktree(repository, { message: "aero draft", at: options.now });
  return await codeAt(project, repository, commit, worktree?.branch, true);
}

/** The worktree; `undefined` if there is no commit yet and a snapshot will do. */
async function unlessNew(looked: Promise<CleanWorktree | DirtyWorktree>, draft: boolean) {
  try {
    return await looked;
  } catch (error) {
    if (draft && error instanceof UserError && error.code === "no_commit") return undefined;
    throw error;
  }
}

/**
 * The code of a commit, and the config and lock that it holds.
 *
 * @throws {UserError} `config_uncommitted`, `config_invalid`, `lock_invalid`.
 */
export async function codeAt(
  project: Project,
  repository: Repository,
  commit: string,
  branch: string | undefined,
  draft: boolean,
): Promise<PinnedCode> {
  const { tree } = await repository.commitInfo(commit);
  const prefix = repository.prefix === "" ? "" : `${repository.prefix}/`;
  const config = await findFileIn(repository.objects, tree, prefix + PROJECT_FILE);
  if (config === undefined) {
    throw new UserError("config_uncommitted", {
      what: "Cannot run from the commit",
      why: `${PROJECT_FILE} is not in it; git ignores it`,
      fix: [`\`git add -f ${PROJECT_FILE} && git commit\``],
    });
  }
  const lock = await findFileIn(repository.objects, tree, prefix + LOCK_FILE);
  const decoder = new TextDecoder();
  return {
    repository,
    identity: { commit, tree, ...(repository.prefix === "" ? {} : { directory: repository.prefix }) },
    ...(branch === undefined ? {} : { branch }),
    draft,
    config: await project.configFrom(decoder.decode(config), `${PROJECT_FILE} of ${commit.slice(0, 10)}`),
    lock: lock === undefined ? [] : readLock(decoder.decode(lock)),
  };
}

/** Most files that the refusal names. */
const LISTED = 10;

/** The refusal of a worktree with changes; lists them, and says the ways out. */
export function dirty(worktree: DirtyWorktree): UserError {
  const { changes } = worktree;
  const listed = changes.slice(0, LISTED).map((change) => `${change.path} (${change.change})`);
  const more = changes.length > LISTED ? `, and ${changes.length - LISTED} more` : "";
  return new UserError("worktree_dirty", {
    what: "Cannot run tracked",
    why:
      `the worktree has ${changes.length} uncommitted ${
        changes.length === 1 ? "change" : "changes"
      }, and a ` +
      `version is named by its commit: ${listed.join(", ")}${more}`,
    fix: [
      "commit them: `git add -A && git commit`",
      "or record a snapshot of them: `aero run --draft`",
      "or try it untracked on the host: `aero dev`",
    ],
  });
}
