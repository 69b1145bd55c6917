import { OutsideError } from "../errors.ts";
import type { GitObject, ObjectId, ObjectType } from "./git_object.ts";
import { ObjectReader } from "./object_reader.ts";
import type { OperationOptions } from "./options.ts";

/** Objects that are read at the same time; the library spends most of its time waiting. */
const AT_ONCE = 16;

/** Bytes of objects that are kept: a run reads the same commit three times, to look, to keep and to check out. */
const REMEMBERED_BYTES = 64 * 1024 * 1024;

/** Reads objects of a SHA-1 repository without a `git` executable. */
export class IsomorphicReader extends ObjectReader {
  readonly format = "sha1";
  readonly #directories: readonly string[];
  readonly #because: { readonly why: string; readonly fix: readonly string[] } | undefined;
  /** Parsed pack indexes; the library fills it. */
  readonly #cache = {};
  readonly #remembered = new Map<ObjectId, GitObject>();
  #remaining = REMEMBERED_BYTES;

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
    for (let start = 0; start < ids.length; start += AT_ONCE) {
      options?.signal?.throwIfAborted();
      yield* await Promise.all(ids.slice(start, start + AT_ONCE).map((id) => this.#readRemembering(id)));
    }
  }

  async #readRemembering(id: ObjectId): Promise<GitObject | undefined> {
    const object = this.#remembered.get(id) ?? await this.#readFresh(id);
    if (object === undefined || this.#remembered.has(id)) return object;
    if (object.bytes.length <= this.#remaining) {
      this.#remaining -= object.bytes.length;
      this.#remembered.set(id, object);
    }
    return object;
  }

  async #readFresh(oid: ObjectId): Promise<GitObject | undefined> {
    // Both are slow to load, and only needed where git is not.
    const { default: git } = await import("isomorphic-git");
    const { default: fs } = await import("node:fs");
    for (const gitdir of this.#directories) {
      try {
        const object = await git.readObject({ fs, gitdir, oid, format: "content", cache: this.#cache });
        return { type: object.type as ObjectType, bytes: object.object as Uint8Array };
      } catch (cause) {
        if (nameOf(cause) !== "NotFoundError") throw unreadable(oid, cause);
      }
    }
    return undefined;
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
