import { CorruptionError } from "../errors.ts";
import type { ObjectId } from "./git_object.ts";

/** What a commit says about itself. */
export interface CommitInfo {
  readonly commit: ObjectId;
  readonly tree: ObjectId;
  /** Empty for a root commit; the first is the one that was committed upon. */
  readonly parents: readonly ObjectId[];
  /** First line of the message; may be empty. */
  readonly subject: string;
  /** `Name <address>`. */
  readonly author: string;
  /** Epoch milliseconds, of the committer. */
  readonly committedAt: number;
}

/** Who made a commit, for {@link formatCommit}. */
export interface Identity {
  readonly name: string;
  readonly email: string;
}

/**
 * Reads a commit object.
 *
 * @throws {CorruptionError} `git_object_corrupt` if it has no tree or committer.
 * @see {@link https://git-scm.com/docs/git-commit-tree}
 */
export function parseCommit(commit: ObjectId, bytes: Uint8Array): CommitInfo {
  const text = new TextDecoder().decode(bytes);
  const end = text.indexOf("\n\n");
  const head = end < 0 ? text : text.slice(0, end);
  const message = end < 0 ? "" : text.slice(end + 2).replace(/^\n+/, "");
  const lines = head.split("\n");
  const fields = (name: string) =>
    lines.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
  const tree = fields("tree")[0];
  const committer = / (-?\d+) [+-]\d+$/.exec(fields("committer")[0] ?? "");
  if (tree === undefined || committer === null) {
    throw new CorruptionError("git_object_corrupt", {
      what: `Cannot read commit ${commit}`,
      why: "it has no tree or no committer",
    });
  }
  return {
    commit,
    tree,
    parents: fields("parent"),
    subject: message.split("\n", 1)[0]!.trimEnd(),
    author: (fields("author")[0] ?? "").replace(/ -?\d+ [+-]\d+$/, ""),
    committedAt: Number(committer[1]) * 1000,
  };
}

/**
 * The bytes of a commit without signature.
 *
 * @param at Epoch milliseconds; kept to the second, in UTC.
 * @param message Ends with one line feed in the commit, whatever it ends with here.
 */
export function formatCommit(
  content: {
    readonly tree: ObjectId;
    readonly parents: readonly ObjectId[];
    readonly author: Identity;
    readonly at: number;
    readonly message: string;
  },
): Uint8Array {
  const clean = (text: string) => text.replace(/[<>\n\0]/g, "").trim();
  const signature = `${clean(content.author.name)} <${clean(content.author.email)}> ` +
    `${Math.floor(content.at / 1000)} +0000`;
  const lines = [
    `tree ${content.tree}`,
    ...content.parents.map((parent) => `parent ${parent}`),
    `author ${signature}`,
    `committer ${signature}`,
  ];
  const message = content.message.replaceAll("\0", "").trimEnd();
  return new TextEncoder().encode(`${lines.join("\n")}\n\n${message}\n`);
}
