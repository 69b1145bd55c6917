import { join } from "node:path";
import { UserError } from "../errors.ts";
import { configValue } from "./config_file.ts";
import type { GitCommand } from "./git_command.ts";
import { isObjectId, type ObjectId } from "./git_object.ts";
import { type Location, readText } from "./locate.ts";

/** What HEAD points at. */
export interface Head {
  /** Absent before the first commit. */
  readonly commit?: ObjectId;
  /** Without `refs/heads/`; absent on a detached HEAD. */
  readonly branch?: string;
}

/**
 * Reads where HEAD is.
 *
 * @param git Asked where the repository keeps refs in a table, which only git can read.
 * @throws {UserError} `repository_unsupported` for such a table without git.
 */
export async function readHead(location: Location, git: GitCommand | undefined): Promise<Head> {
  if (usesTable(location)) return await askHead(location, git);
  const text = (await readText(join(location.gitDirectory, "HEAD")) ?? "").trim();
  const ref = /^ref: (.+)$/.exec(text)?.[1];
  if (ref === undefined) return isObjectId(text, location.format) ? { commit: text } : {};
  const commit = (await readRefs(location, git, ref)).get(ref);
  return {
    ...(commit === undefined ? {} : { commit }),
    ...(ref.startsWith("refs/heads/") ? { branch: ref.slice("refs/heads/".length) } : {}),
  };
}

/**
 * All refs whose name is `prefix` or lies below it, with the id they hold: for an annotated tag that of the tag.
 *
 * @param prefix `refs/tags/`, or one whole ref.
 * @throws As {@link readHead}.
 */
export async function readRefs(
  location: Location,
  git: GitCommand | undefined,
  prefix: string,
): Promise<Map<string, ObjectId>> {
  const refs = usesTable(location)
    ? await askRefs(location, git)
    // Loose before packed: a ref that is packed meanwhile is then seen in one of them.
    : await readLoose(location, prefix);
  if (!usesTable(location)) {
    for (const [name, id] of await readPacked(location)) if (!refs.has(name)) refs.set(name, id);
  }
  return new Map(
    [...refs].filter(([name]) => name === prefix || prefix.endsWith("/") && name.startsWith(prefix))
      .sort(([a], [b]) => a < b ? -1 : 1),
  );
}

async function readLoose(location: Location, prefix: string): Promise<Map<string, ObjectId>> {
  const refs = new Map<string, ObjectId>();
  const visit = async (name: string): Promise<void> => {
    const path = join(location.commonDirectory, name);
    const text = await readText(path);
    if (text !== undefined) {
      const id = await follow(location, text.trim(), 0);
      if (id !== undefined) refs.set(name.replace(/\/$/, ""), id);
      return;
    }
    for (const entry of listDirectory(path)) {
      // A lock file of a ref that is being written is no ref; no ref may end so.
      if (!entry.name.endsWith(".lock")) await visit(`${name.replace(/\/$/, "")}/${entry.name}`);
    }
  };
  await visit(prefix);
  return refs;
}

/** A ref may name another, as `refs/remotes/origin/HEAD` does. Five steps, as git allows. */
async function follow(location: Location, text: string, steps: number): Promise<ObjectId | undefined> {
  const target = /^ref: (refs\/.+)$/.exec(text)?.[1];
  if (target === undefined) return isObjectId(text, location.format) ? text : undefined;
  if (steps === 5 || target.split("/").includes("..")) return undefined;
  const next = await readText(join(location.commonDirectory, target));
  if (next !== undefined) return await follow(location, next.trim(), steps + 1);
  return (await readPacked(location)).get(target);
}

async function readPacked(location: Location): Promise<Map<string, ObjectId>> {
  const text = await readText(join(location.commonDirectory, "packed-refs")) ?? "";
  const lines = text.split("\n").filter((line) => /^[0-9a-f]/.test(line));
  return new Map(lines.map((line) => {
    const space = line.indexOf(" ");
    return [line.slice(space + 1), line.slice(0, space)];
  }));
}

function listDirectory(path: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(path)];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return [];
    throw error;
  }
}

function usesTable(location: Location): boolean {
  return (configValue(location.config, "extensions.refstorage") ?? "files").toLowerCase() !== "files";
}

function needGit(location: Location, git: GitCommand | undefined): GitCommand {
  if (git !== undefined) return git;
  throw new UserError("repository_unsupported", {
    what: `Cannot read the refs of the git repository at ${location.root}`,
    why: "it keeps them in a table (extensions.refStorage), and there is no git on PATH to read it",
    fix: ["install git"],
  });
}

async function askRefs(location: Location, git: GitCommand | undefined): Promise<Map<string, ObjectId>> {
  const text = await needGit(location, git).text(["for-each-ref", "--format=%(objectname) %(refname)"]);
  return new Map(
    text.split("\n").filter((line) => line !== "").map((line) => {
      const space = line.indexOf(" ");
      return [line.slice(space + 1), line.slice(0, space)];
    }),
  );
}

async function askHead(location: Location, git: GitCommand | undefined): Promise<Head> {
  const command = needGit(location, git);
  const decode = (output: { code: number; stdout: Uint8Array }) =>
    output.code === 0 ? new TextDecoder().decode(output.stdout).trim() : "";
  const ref = decode(await command.output(["symbolic-ref", "-q", "HEAD"], { okCodes: [1] }));
  const commit = decode(await command.output(["rev-parse", "-q", "--verify", "HEAD"], { okCodes: [1] }));
  return {
    ...(commit === "" ? {} : { commit }),
    ...(ref.startsWith("refs/heads/") ? { branch: ref.slice("refs/heads/".length) } : {}),
  };
}
