import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { UserError } from "../errors.ts";
import { configValue, type GitConfig, isConfigTrue, parseGitConfig } from "./config_file.ts";
import type { ObjectFormat } from "./git_object.ts";

/** Where the parts of a repository are; absolute paths. */
export interface Location {
  /** The top folder of the worktree. */
  readonly root: string;
  /** From `root` to where the search began, `/`-separated; empty at the root. */
  readonly prefix: string;
  /** Holds HEAD and the index of this worktree. */
  readonly gitDirectory: string;
  /** Holds objects, refs and config; differs from `gitDirectory` in a linked worktree. */
  readonly commonDirectory: string;
  readonly config: GitConfig;
  readonly format: ObjectFormat;
}

/**
 * Finds the repository that a directory belongs to, without starting git.
 *
 * Variables such as `GIT_DIR` are not heeded: the same directory is the same project in every shell.
 *
 * @throws {UserError} `not_a_repository`, `bare_repository`, `object_format_unsupported`.
 */
export async function locate(startDirectory: string): Promise<Location> {
  const start = await realPath(startDirectory);
  for (let directory = start;; directory = dirname(directory)) {
    const gitDirectory = await gitDirectoryOf(join(directory, ".git"));
    if (gitDirectory !== undefined) return await describe(start, directory, gitDirectory);
    if (await isGitDirectory(directory)) throw bare(directory);
    if (dirname(directory) === directory) break;
  }
  throw new UserError("not_a_repository", {
    what: `Cannot find a git repository at ${start}`,
    why: "a version is named by its commit, and neither this folder nor one above it has a .git",
    fix: ["`git init && git add -A && git commit -m start`"],
  });
}

async function describe(start: string, root: string, gitDirectory: string): Promise<Location> {
  const common = await readText(join(gitDirectory, "commondir"));
  const commonDirectory = common === undefined ? gitDirectory : resolve(gitDirectory, common.trim());
  const config = parseGitConfig(await readText(join(commonDirectory, "config")) ?? "");
  if (isConfigTrue(config, "core.bare") && common === undefined) throw bare(root);
  const configured = configValue(config, "core.worktree");
  const top = configured === undefined || common !== undefined
    ? root
    : await realPath(resolve(gitDirectory, configured));
  const prefix = relative(top, start);
  if (prefix === ".." || prefix.startsWith("../") || isAbsolute(prefix)) {
    throw new UserError("not_a_repository", {
      what: `Cannot use the git repository at ${gitDirectory} from ${start}`,
      why: `its core.worktree is ${top}`,
      fix: [`change to the worktree: \`cd ${top}\``, "`git config --unset core.worktree`"],
    });
  }
  return { root: top, prefix, gitDirectory, commonDirectory, config, format: formatOf(config, root) };
}

function formatOf(config: GitConfig, root: string): ObjectFormat {
  const format = configValue(config, "extensions.objectformat")?.toLowerCase() ?? "sha1";
  if (format === "sha1" || format === "sha256") return format;
  throw new UserError("object_format_unsupported", {
    what: `Cannot read the git repository at ${root}`,
    why: `its objects are named by ${format}, and aero knows sha1 and sha256`,
  });
}

async function gitDirectoryOf(path: string): Promise<string | undefined> {
  if (await isGitDirectory(path)) return await realPath(path);
  // A linked worktree or a submodule has a file that says where its directory is.
  const target = /^gitdir: (.+?)\r?\n*$/.exec(await readText(path) ?? "")?.[1];
  if (target === undefined) return undefined;
  const directory = resolve(dirname(path), target);
  if (await isGitDirectory(directory)) return await realPath(directory);
  throw new UserError("not_a_repository", {
    what: `Cannot open the git repository of ${dirname(path)}`,
    why: `${path} points at ${directory}, and there is no repository`,
    fix: ["if the main repository has moved: `git worktree repair` there"],
  });
}

async function isGitDirectory(path: string): Promise<boolean> {
  if (await readText(join(path, "HEAD")) === undefined) return false;
  return await isDirectory(join(path, "objects")) || await readText(join(path, "commondir")) !== undefined;
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

/** The text of a file; `undefined` if there is no file of that name. */
export async function readText(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory ||
    error instanceof Deno.errors.IsADirectory;
}

async function realPath(path: string): Promise<string> {
  try {
    return await Deno.realPath(path);
  } catch (cause) {
    if (!isAbsent(cause)) throw cause;
    throw new UserError("not_a_repository", {
      what: `Cannot find a git repository at ${path}`,
      why: "there is no such folder",
    }, { cause });
  }
}

function bare(directory: string): UserError {
  return new UserError("bare_repository", {
    what: `Cannot use the git repository at ${directory}`,
    why: "it is bare, so it has no files to edit or run",
    fix: [`clone it: \`git clone ${directory} <folder>\``],
  });
}
