import { OutsideError } from "../errors.ts";
import type { GitObject, ObjectId, ObjectType } from "./git_object.ts";
import { ObjectReader } from "./object_reader.ts";
import type { OperationOptions } from "./options.ts";

/** Reads objects of a SHA-1 repository without a `git` executable. */
export class IsomorphicReader extends ObjectReader {
  readonly format = "sha1";
  readonly #directories: readonly string[];
  readonly #because: { readonly why: string; readonly fix: readonly string[] } | undefined;
  /** Parsed pack indexes; the library fills it. */
  readonly #cache = {};

  /** @param directories Git directories whose `objects` count: the repository's own first, then its alternates. */
  constructor(
    directories: readonly string[],
    because: { readonly why: string; readonly fix: readonly string[] } | undefined,
  ) {
    super();
    this.#directories = directories;
    this.#because = because;
  }

  protected override missingBecause() {
    return this.#because;
  }

  protected async *fetch(
    ids: readonly ObjectId[],
    options?: OperationOptions,
  ): AsyncIterable<GitObject | undefined> {
    // Both are slow to load, and only needed where git is not.
    const { default: git } = await import("isomorphic-git");
    const { default: fs } = await import("node:fs");
    for (const oid of ids) {
      options?.signal?.throwIfAborted();
      let found: GitObject | undefined;
      for (const gitdir of this.#directories) {
        try {
          const object = await git.readObject({ fs, gitdir, oid, format: "content", cache: this.#cache });
          found = { type: object.type as ObjectType, bytes: object.object as Uint8Array };
          break;
        } catch (cause) {
          if (nameOf(cause) !== "NotFoundError") throw unreadable(oid, cause);
        }
      }
      yield found;
    }
  }

  /** Ids that begin with `prefix`; several if it is ambiguous. */
  async expand(prefix: string): Promise<ObjectId[]> {
    const { default: git } = await import("isomorphic-git");
    const { default: fs } = await import("node:fs");
    const found = new Set<ObjectId>();
    for (const gitdir of this.#directories) {
      try {
        found.add(await git.expandOid({ fs, gitdir, oid: prefix, cache: this.#cache }));
      } catch (error) {
        if (error instanceof git.Errors.AmbiguousError) error.data.matches.forEach((id) => found.add(id));
        else if (nameOf(error) !== "NotFoundError") throw unreadable(prefix, error);
      }
    }
    return [...found];
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "";
}

function unreadable(oid: ObjectId, cause: unknown): OutsideError {
  return new OutsideError("git_failed", {
    what: `Cannot read git object ${oid}`,
    ...(cause instanceof Error ? { why: cause.message } : {}),
    fix: ["look for damage: `git fsck --full`"],
  }, { cause });
}
