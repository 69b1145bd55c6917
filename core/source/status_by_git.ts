import type { GitCommand } from "./git_command.ts";
import type { ObjectId } from "./git_object.ts";
import type { Repository } from "./repository.ts";
import { refuseSubmodules } from "./tree_entries.ts";
import type { ChangeKind, WorktreeChange, WorktreeStatus } from "./worktree.ts";

/** Asks `git status`, and looks itself at the files that git was told not to look at. */
export async function statusByGit(
  repository: Repository,
  git: GitCommand,
  untracked: "folders" | "files",
): Promise<WorktreeStatus> {
  const status = git.output([
    ...git.withoutFilters(),
    "status",
    "--porcelain=v2",
    "--branch",
    "-z",
    "--no-renames",
    `--untracked-files=${untracked === "files" ? "all" : "normal"}`,
    // A look into submodules would run git with their own settings; they are refused below.
    "--ignore-submodules=dirty",
  ]);
  const [{ stdout }, hidden] = await Promise.all([status, hiddenChanges(repository, git)]);
  const parsed = parseStatus(new TextDecoder().decode(stdout));
  return { ...parsed, changes: [...parsed.changes, ...hidden] };
}

/**
 * Reads the second porcelain format with NUL ends.
 *
 * @see {@link https://git-scm.com/docs/git-status#_porcelain_format_version_2}
 */
function parseStatus(text: string): WorktreeStatus {
  let commit: ObjectId | undefined, branch: string | undefined;
  const changes: WorktreeChange[] = [];
  for (const line of text.split("\0")) {
    if (line.startsWith("# branch.oid ")) {
      const oid = line.slice("# branch.oid ".length);
      if (oid !== "(initial)") commit = oid;
    } else if (line.startsWith("# branch.head ")) {
      const name = line.slice("# branch.head ".length);
      if (name !== "(detached)") branch = name;
    } else if (line.startsWith("? ")) changes.push({ path: line.slice(2), change: "untracked" });
    // Fields before the path: 8 for an ordinary change, 10 for an unmerged one.
    else if (line.startsWith("1 ")) changes.push({ path: after(line, 8), change: kindOf(line.slice(2, 4)) });
    else if (line.startsWith("u ")) changes.push({ path: after(line, 10), change: "unmerged" });
  }
  return {
    ...(commit === undefined ? {} : { commit }),
    ...(branch === undefined ? {} : { branch }),
    changes,
  };
}

function after(line: string, fields: number): string {
  return line.split(" ").slice(fields).join(" ");
}

/** From the letters for the index and for the disk. */
function kindOf(letters: string): ChangeKind {
  if (letters[1] === "D") return "deleted";
  if (letters[0] === "A" || letters[1] === "A") return "added";
  return letters[0] === "D" ? "deleted" : "modified";
}

async function hiddenChanges(repository: Repository, git: GitCommand): Promise<WorktreeChange[]> {
  const text = await git.text(["ls-files", "-z", "-v", "-s"]);
  const changes: WorktreeChange[] = [];
  const submodules: { path: string; kind: "submodule" }[] = [];
  for (const line of text.split("\0")) {
    // Most lines: an ordinary file that is looked at, or a link.
    if (line.startsWith("H 100") || line.startsWith("H 120")) continue;
    const entry = /^(.) (\d{6}) ([0-9a-f]+) (\d)\t(.*)$/s.exec(line);
    if (entry === null) continue;
    const [, tag, mode, oid, stage, path] = entry as unknown as [
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    if (mode === "160000") submodules.push({ path, kind: "submodule" });
    // A small letter: assume-unchanged. S: skip-worktree, as a sparse checkout marks what it leaves out.
    const skipped = tag.toUpperCase() === "S";
    if (stage !== "0" || (tag === tag.toUpperCase() && !skipped)) continue;
    const { differenceOnDisk } = await import("./disk_file.ts");
    const change = differenceOnDisk(repository.root, { path, mode, oid }, repository.format);
    if (change === undefined || (skipped && change === "deleted")) continue;
    changes.push({ path, change });
  }
  refuseSubmodules(submodules);
  return changes;
}
