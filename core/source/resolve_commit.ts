import { UserError } from "../errors.ts";
import { isObjectId, type ObjectId } from "./git_object.ts";
import type { ObjectReader } from "./object_reader.ts";
import { peel } from "./tag_object.ts";

/** Where names of commits are looked up. */
export interface CommitNames {
  head(): Promise<ObjectId>;
  /** Whole ref to id; a tag's own id where it is annotated. */
  refs(): Promise<ReadonlyMap<string, ObjectId>>;
  /** Ids of all objects that begin so. */
  expand(prefix: string): Promise<readonly ObjectId[]>;
}

/**
 * The commit that a text names.
 *
 * @throws {UserError} `commit_unknown`, or `commit_ambiguous` naming the candidates.
 */
export async function resolveCommitName(
  text: string,
  reader: ObjectReader,
  names: CommitNames,
): Promise<ObjectId> {
  const steps = /(?:[~^]\d*)*$/.exec(text)![0];
  const base = text.slice(0, text.length - steps.length);
  let commit = await resolveBase(base, text, reader, names);
  for (const [, kind, digits] of steps.matchAll(/([~^])(\d*)/g)) {
    const count = digits === "" ? 1 : Number(digits);
    if (kind === "^" && count !== 0) commit = await parent(commit, count, text, reader);
    else if (kind === "~") {
      for (let i = 0; i < count; i++) commit = await parent(commit, 1, text, reader);
    }
  }
  return commit;
}

async function resolveBase(
  base: string,
  text: string,
  reader: ObjectReader,
  names: CommitNames,
): Promise<ObjectId> {
  if (base === "HEAD" || base === "@") return await names.head();
  const refs = await names.refs();
  const found = new Map<ObjectId, string>();
  for (
    const ref of [base, `refs/${base}`, `refs/tags/${base}`, `refs/heads/${base}`, `refs/remotes/${base}`]
  ) {
    const id = refs.get(ref);
    const commit = id === undefined ? undefined : await commitOf(id, reader);
    if (commit !== undefined) found.set(commit, ref);
  }
  if (found.size > 1) throw ambiguous(text, [...found].map(([id, ref]) => `${ref} (${id.slice(0, 12)})`));
  const named = [...found.keys()][0];
  if (named !== undefined) return named;

  const digits = base.toLowerCase();
  if (/^[0-9a-f]{4,}$/.test(digits)) {
    const ids = isObjectId(digits, reader.format)
      ? (await reader.has(digits) ? [digits] : [])
      : await names.expand(digits);
    const commits = new Set<ObjectId>();
    for (const id of ids) {
      const commit = await commitOf(id, reader);
      if (commit !== undefined) commits.add(commit);
    }
    if (commits.size > 1) throw ambiguous(text, [...commits].map((id) => id.slice(0, 12 + digits.length)));
    const only = [...commits][0];
    if (only !== undefined) return only;
  }
  throw new UserError("commit_unknown", {
    what: `Cannot find a commit named ${JSON.stringify(text)}`,
    why: "no branch, tag or commit of the repository has this name",
    fix: ["see what there is: `git log --oneline --all`", "if it is on a remote: `git fetch --tags`"],
  });
}

async function commitOf(id: ObjectId, reader: ObjectReader): Promise<ObjectId | undefined> {
  const { type, bytes } = await reader.read(id);
  if (type === "commit") return id;
  return type === "tag" ? await peel(reader, bytes) : undefined;
}

async function parent(
  commit: ObjectId,
  number: number,
  text: string,
  reader: ObjectReader,
): Promise<ObjectId> {
  const { parents } = await reader.readCommit(commit);
  const found = parents[number - 1];
  if (found !== undefined) return found;
  throw new UserError("commit_unknown", {
    what: `Cannot find a commit named ${JSON.stringify(text)}`,
    why: `commit ${commit.slice(0, 12)} has ${parents.length} parents`,
  });
}

function ambiguous(text: string, candidates: readonly string[]): UserError {
  return new UserError("commit_ambiguous", {
    what: `Cannot tell which commit ${JSON.stringify(text)} names`,
    why: `it could be ${candidates.join(" or ")}`,
    fix: ["write more digits of the commit, or the whole ref"],
  });
}
