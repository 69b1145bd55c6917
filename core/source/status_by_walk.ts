import { join } from "node:path";
import { configValue, type GitConfig } from "./config_file.ts";
import { differenceOnDisk, modeOf, sameMode, statInside } from "./disk_file.ts";
import { IgnoreRules } from "./ignore_rules.ts";
import { type IndexEntry, parseIndex } from "./index_file.ts";
import type { Location } from "./locate.ts";
import { readHead } from "./refs.ts";
import type { Repository } from "./repository.ts";
import { type PathEntry, refuseSubmodules, treeEntries } from "./tree_entries.ts";
import { readUserConfig } from "./user_config.ts";
import type { WorktreeChange, WorktreeStatus } from "./worktree.ts";

/** Compares commit, index and disk without git. */
export async function statusByWalk(
  repository: Repository,
  untracked: "folders" | "files",
): Promise<WorktreeStatus> {
  const { location, root } = repository;
  const head = await readHead(location, undefined);
  const committed = head.commit === undefined
    ? []
    : await treeEntries(repository.objects, (await repository.commitInfo(head.commit)).tree);
  const index = readIndex(location);
  refuseSubmodules([
    ...committed,
    ...index.entries.filter((entry) => entry.mode === "160000")
      .map(({ path }) => ({ path, kind: "submodule" as const })),
  ]);
  const config = await readUserConfig(location, repository.variables);
  const rules = await IgnoreRules.load(config, location.commonDirectory, repository.variables);
  const tracked = new Set(index.entries.map((entry) => entry.path));
  // Later entries win, and what is on the disk says most.
  const changes = [
    ...stagedChanges(committed, index.entries),
    ...diskChanges(repository, index, config),
    ...untrackedPaths(root, tracked, rules, untracked)
      .map((path) => ({ path, change: "untracked" as const })),
  ];
  return { ...head, changes };
}

interface Index {
  readonly entries: readonly IndexEntry[];
  /** When git wrote it, epoch milliseconds. */
  readonly writtenAt: number;
}

function readIndex(location: Location): Index {
  const path = join(location.gitDirectory, "index");
  try {
    const writtenAt = Deno.statSync(path).mtime?.getTime() ?? 0;
    return { entries: parseIndex(Deno.readFileSync(path), location.format), writtenAt };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { entries: [], writtenAt: 0 };
    throw error;
  }
}

function stagedChanges(committed: readonly PathEntry[], entries: readonly IndexEntry[]): WorktreeChange[] {
  const changes: WorktreeChange[] = [];
  const before = new Map(committed.map((entry) => [entry.path, entry]));
  for (const { path, oid, mode, stage } of entries) {
    const old = before.get(path);
    before.delete(path);
    if (stage !== 0) changes.push({ path, change: "unmerged" });
    else if (old === undefined) changes.push({ path, change: "added" });
    else if (old.oid !== oid || !sameMode(old.mode, mode)) changes.push({ path, change: "modified" });
  }
  for (const path of before.keys()) changes.push({ path, change: "deleted" });
  return changes;
}

function diskChanges(repository: Repository, index: Index, config: GitConfig): WorktreeChange[] {
  const { root, format } = repository;
  const modesCount = configValue(config, "core.filemode") !== "false";
  const changes: WorktreeChange[] = [];
  for (const entry of index.entries) {
    if (entry.stage !== 0 || entry.intentToAdd) continue;
    const info = statInside(root, entry.path);
    if (info === undefined && entry.skipWorktree) continue;
    if (info !== undefined && isKnown(info, entry, index.writtenAt)) continue;
    const mode = info === undefined ? undefined : modeOf(info);
    const file = !modesCount && mode?.startsWith("100") && entry.mode.startsWith("100")
      ? { ...entry, mode }
      : entry;
    const change = differenceOnDisk(root, file, format);
    if (change !== undefined) changes.push({ path: entry.path, change });
  }
  return changes;
}

/**
 * Whether the file is the one that git saw when it wrote the entry. A file that was written no earlier than the index
 * may have changed since within one tick of the clock, so that is not known.
 */
function isKnown(info: Deno.FileInfo, { stat, mode }: IndexEntry, writtenAt: number): boolean {
  const modifiedAt = info.mtime?.getTime();
  return modifiedAt === stat.modifiedAt && modifiedAt < writtenAt &&
    info.ctime?.getTime() === stat.changedAt &&
    // The index keeps 32 bits of each.
    (info.ino ?? 0) % 2 ** 32 === stat.inode && info.size % 2 ** 32 === stat.size &&
    modeOf(info) === mode;
}

function untrackedPaths(
  root: string,
  tracked: ReadonlySet<string>,
  rules: IgnoreRules,
  untracked: "folders" | "files",
): string[] {
  const trackedFolders = new Set<string>();
  for (const path of tracked) {
    for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
      if (trackedFolders.has(path.slice(0, end + 1))) break;
      trackedFolders.add(path.slice(0, end + 1));
    }
  }
  const found: string[] = [];
  /** @returns Whether anything untracked is in the folder. */
  const visit = (folder: string, above: IgnoreRules, report: boolean): boolean => {
    const inside = above.enter(root, folder);
    let any = false;
    for (const entry of Deno.readDirSync(join(root, folder))) {
      if (entry.name === ".git") continue;
      const path = folder + entry.name + (entry.isDirectory ? "/" : "");
      if (tracked.has(path) || inside.ignores(path)) continue;
      if (!entry.isDirectory) {
        any = true;
        if (report) found.push(path);
      } else if (isRepository(join(root, path)) && !trackedFolders.has(path)) {
        any = true;
        if (report) found.push(path);
      } else if (trackedFolders.has(path) || untracked === "files") {
        any = visit(path, inside, report) || any;
      } else if (visit(path, inside, false)) {
        any = true;
        if (report) found.push(path);
      }
      if (any && !report) return true;
    }
    return any;
  };
  visit("", rules, true);
  return found;
}

function isRepository(folder: string): boolean {
  try {
    Deno.lstatSync(join(folder, ".git"));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
