import { join } from "node:path";
import { UserError } from "../errors.ts";
import { CatFileReader } from "./cat_file.ts";
import type { CommitInfo } from "./commit_object.ts";
import { configValue } from "./config_file.ts";
import { GitCommand, type Variables } from "./git_command.ts";
import type { ObjectFormat, ObjectId } from "./git_object.ts";
import { isReachable } from "./history.ts";
import { IsomorphicReader } from "./isomorphic_reader.ts";
import { locate, type Location, readText } from "./locate.ts";
import type { ObjectReader } from "./object_reader.ts";
import type { OperationOptions } from "./options.ts";
import { readHead, readRefs } from "./refs.ts";
import { remoteUrl } from "./remote.ts";
import { resolveCommitName } from "./resolve_commit.ts";
import { peel } from "./tag_object.ts";
import { findFileIn, objectIdsIn } from "./tree_lookup.ts";

/** How a repository is opened. */
export interface OpenRepositoryOptions {
  /** The user's environment; `PATH`, `HOME` and `XDG_CONFIG_HOME` are read, and nothing else reaches git. */
  readonly variables?: Variables;
  /** `never` reads the repository as on a machine without git. Default `if_installed`. */
  readonly useGit?: "if_installed" | "never";
}

/** Where HEAD is. */
export interface HeadCommit {
  readonly commit: ObjectId;
  /** Without `refs/heads/`; absent on a detached HEAD. */
  readonly branch?: string;
}

/**
 * Opens the repository that a directory belongs to.
 *
 * @param startDirectory The project's directory: the top of a worktree or any folder in it.
 * @throws {UserError} `not_a_repository`, `bare_repository`, `object_format_unsupported`.
 */
export async function openRepository(
  startDirectory: string,
  options: OpenRepositoryOptions = {},
): Promise<Repository> {
  const location = await locate(startDirectory);
  const variables = options.variables ?? (() => undefined);
  const git = options.useGit === "never" ? undefined : await GitCommand.find(location.root, variables);
  if (git !== undefined) {
    const reader = new CatFileReader(git, location.format, await absence(location));
    return new Repository(location, reader, variables, git);
  }
  if (location.format !== "sha1") {
    throw new UserError("object_format_unsupported", {
      what: `Cannot read the git repository at ${location.root}`,
      why: "it names its objects by SHA-256, and there is no git on PATH to read it",
      fix: ["install git"],
    });
  }
  const directories = [
    location.commonDirectory,
    ...await alternates(join(location.commonDirectory, "objects")),
  ];
  return new Repository(
    location,
    new IsomorphicReader(directories, await absence(location)),
    variables,
    undefined,
  );
}

/** What git says about a project. Reads only, save for {@link snapshotWorktree}. Holds nothing open. */
export class Repository {
  /** The top folder of the worktree; absolute. */
  readonly root: string;
  /** From `root` to the project, `/`-separated; empty at the root. */
  readonly prefix: string;
  readonly format: ObjectFormat;
  /** Reads the objects of the repository. */
  readonly objects: ObjectReader;
  /** For the modules beside this one. */
  readonly location: Location;
  /** For the modules beside this one; `undefined` if there is no git. */
  readonly git: GitCommand | undefined;
  /** For the modules beside this one. */
  readonly variables: Variables;

  constructor(
    location: Location,
    objects: CatFileReader | IsomorphicReader,
    variables: Variables,
    git: GitCommand | undefined,
  ) {
    this.root = location.root;
    this.prefix = location.prefix;
    this.format = location.format;
    this.objects = objects;
    this.location = location;
    this.variables = variables;
    this.git = git;
  }

  /** @throws {UserError} `no_commit` before the first one. */
  async head(): Promise<HeadCommit> {
    const { commit, branch } = await readHead(this.location, this.git);
    if (commit === undefined) throw noCommit(this.root);
    return { commit, ...(branch === undefined ? {} : { branch }) };
  }

  /**
   * Reads the commit at HEAD, and files in it, so that reading them by id starts no process. Whatever is missing or
   * cannot be read is left to whoever wants it.
   *
   * @param paths From the project's folder.
   */
  async readAhead(paths: readonly string[], options?: OperationOptions): Promise<void> {
    if (!(this.objects instanceof CatFileReader)) return;
    const full = paths.map((path) => this.prefix === "" ? path : `${this.prefix}/${path}`);
    const folders = this.prefix.split("/").map((_, i, parts) => parts.slice(0, i + 1).join("/"));
    const names = new Set(["HEAD", ...["", ...folders, ...full].map((path) => `HEAD:${path}`)]);
    await this.objects.readAhead([...names], options);
  }

  /**
   * The commit that a text names: a branch, a tag, `HEAD`, an id or 4 or more digits of one, each with `~2` or `^`.
   *
   * @throws {UserError} `commit_unknown`, `commit_ambiguous`.
   */
  async resolveCommit(text: string): Promise<ObjectId> {
    return await resolveCommitName(text, this.objects, {
      head: async () => (await this.head()).commit,
      refs: () => readRefs(this.location, this.git, "refs/"),
      expand: (prefix) => this.#expand(prefix),
    });
  }

  /** @throws {UserError} `object_missing`, `object_type_unexpected`. */
  async commitInfo(commit: ObjectId): Promise<CommitInfo> {
    return await this.objects.readCommit(commit);
  }

  /**
   * The ids of paths in a commit; see {@link objectIdsIn}.
   *
   * @throws {UserError} `path_not_in_commit`.
   */
  async objectIdsOf(commit: ObjectId, paths: readonly string[]): Promise<Readonly<Record<string, ObjectId>>> {
    return await objectIdsIn(this.objects, (await this.commitInfo(commit)).tree, paths);
  }

  /** The bytes of a file in a commit, by its path from `root`; `undefined` if there is no such file. */
  async readFileAt(commit: ObjectId, path: string): Promise<Uint8Array | undefined> {
    return await findFileIn(this.objects, (await this.commitInfo(commit)).tree, path);
  }

  /** Where a branch is pushed to, without credentials; `undefined` if nowhere. */
  remoteOf(branch?: string): string | undefined {
    return remoteUrl(this.location.config, branch);
  }

  /** Whether a branch of a remote contains the commit, as far as was fetched or pushed; asks no network. */
  async isOnRemote(commit: ObjectId): Promise<boolean> {
    const tips = new Set((await readRefs(this.location, this.git, "refs/remotes/")).values());
    if (tips.size === 0) return false;
    if (tips.has(commit)) return true;
    if (this.git !== undefined) {
      return (await this.git.text(["for-each-ref", "--count=1", `--contains=${commit}`, "refs/remotes/"])) !==
        "";
    }
    return await isReachable(commit, [...tips], this.objects);
  }

  /** Name of each tag to the commit that it stands for; tags of other objects are left out. */
  async tags(): Promise<ReadonlyMap<string, ObjectId>> {
    const refs = await readRefs(this.location, this.git, "refs/tags/");
    const commits: [string, ObjectId][] = [];
    const ids = [...refs.entries()];
    let index = 0;
    for await (const { type, bytes } of this.objects.readMany(ids.map(([, id]) => id))) {
      const [name, id] = ids[index++]!;
      const commit = type === "commit" ? id : type === "tag" ? await peel(this.objects, bytes) : undefined;
      if (commit !== undefined) commits.push([name.slice("refs/tags/".length), commit]);
    }
    return new Map(commits);
  }

  /** Name of each local branch to its commit. */
  async branches(): Promise<ReadonlyMap<string, ObjectId>> {
    const refs = await readRefs(this.location, this.git, "refs/heads/");
    return new Map([...refs].map(([name, id]) => [name.slice("refs/heads/".length), id]));
  }

  async #expand(prefix: string): Promise<readonly ObjectId[]> {
    if (this.git === undefined) return await (this.objects as IsomorphicReader).expand(prefix);
    const text = await this.git.text(["rev-parse", `--disambiguate=${prefix}`]);
    return text.split("\n").filter((id) => id !== "");
  }
}

/** The refusal of a repository without commits. */
export function noCommit(root: string): UserError {
  return new UserError("no_commit", {
    what: `Cannot name a version of the code in ${root}`,
    why: "a version is named by its commit, and the repository has none yet",
    fix: ["`git add -A && git commit -m start`"],
  });
}

async function absence(location: Location): Promise<{ why: string; fix: string[] } | undefined> {
  const partial = [...location.config.keys()].some((key) => /^remote\..+\.promisor$/.test(key)) ||
    configValue(location.config, "extensions.partialclone") !== undefined;
  if (partial) {
    return {
      why: "the repository is a partial clone, and this object was left on the remote",
      fix: ["fetch what is left out: `git fetch --refetch --no-filter`", "clone again, whole"],
    };
  }
  if (await readText(join(location.commonDirectory, "shallow")) !== undefined) {
    return {
      why: "the repository is a shallow clone, and this object was left on the remote",
      fix: ["`git fetch --unshallow`"],
    };
  }
  return undefined;
}

async function alternates(objects: string): Promise<string[]> {
  const text = await readText(join(objects, "info", "alternates")) ?? "";
  const directories = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  // Alternates name folders of objects; the library wants the folder above.
  return directories.map((line) => join(line.startsWith("/") ? line : join(objects, line), ".."));
}
