import { CorruptionError, UserError } from "../errors.ts";
import type { OperationOptions } from "./options.ts";
import { type CommitInfo, parseCommit } from "./commit_object.ts";
import {
  type GitObject,
  type ObjectFormat,
  objectHeader,
  type ObjectId,
  type ObjectType,
} from "./git_object.ts";
import { concatenate, parseTree, type TreeEntry } from "./tree_object.ts";

/**
 * Reads objects of one repository by id. Every object is checked against its id before it is handed out, so that
 * what comes from here is what the commit named.
 */
export abstract class ObjectReader {
  /** How ids are made. */
  abstract readonly format: ObjectFormat;
  /** Small objects that were read one at a time; commits and trees are asked for again and again. */
  readonly #held = new Map<ObjectId, GitObject>();
  #heldBytes = 0;

  /**
   * Objects in the order of `ids`, unchecked; `undefined` for one that is not there.
   * A subclass reads as many at once as suits it; the caller holds one at a time.
   */
  protected abstract fetch(
    ids: readonly ObjectId[],
    options?: OperationOptions,
  ): AsyncIterable<GitObject | undefined>;

  /** Why an object might be missing, for the message; `undefined` if nothing is known. */
  protected missingBecause(): { readonly why: string; readonly fix: readonly string[] } | undefined {
    return undefined;
  }

  /**
   * Reads objects in the order of `ids`; an id may occur more than once.
   *
   * @throws {UserError} `object_missing` at the first id that is not there.
   * @throws {CorruptionError} `git_object_corrupt` at the first object that is not what its id says.
   */
  async *readMany(ids: readonly ObjectId[], options?: OperationOptions): AsyncIterable<GitObject> {
    const hash = ids.length > FEW ? (await import("./object_hash.ts")).hashOf : hashSlowly;
    let index = 0;
    for await (const object of this.fetch(ids, options)) {
      options?.signal?.throwIfAborted();
      const id = ids[index++]!;
      if (object === undefined) throw this.#missing(id);
      if (await hash(this.format, object.type, object.bytes) !== id) throw corrupt(id);
      yield object;
    }
  }

  /** Reads one object. @throws As {@link readMany}. */
  async read(id: ObjectId, options?: OperationOptions): Promise<GitObject> {
    options?.signal?.throwIfAborted();
    const held = this.#held.get(id);
    if (held !== undefined) return held;
    for await (const object of this.readMany([id], options)) {
      this.#hold(id, object);
      return object;
    }
    throw this.#missing(id);
  }

  /** Keeps an object for {@link read} under the id that its bytes have. */
  protected async hold(object: GitObject): Promise<void> {
    this.#hold(await hashSlowly(this.format, object.type, object.bytes), object);
  }

  #hold(id: ObjectId, object: GitObject): void {
    if (this.#held.has(id) || this.#heldBytes + object.bytes.length > MAX_HELD_BYTES) return;
    this.#heldBytes += object.bytes.length;
    this.#held.set(id, object);
  }

  /** Whether an object is there and whole. */
  async has(id: ObjectId): Promise<boolean> {
    try {
      await this.read(id);
      return true;
    } catch (error) {
      if (error instanceof UserError && error.code === "object_missing") return false;
      throw error;
    }
  }

  /** Reads a commit. @throws {UserError} `object_missing`, `object_type_unexpected`. */
  async readCommit(id: ObjectId): Promise<CommitInfo> {
    return parseCommit(id, await this.#readAs("commit", id));
  }

  /** Reads the entries of one tree, in git's order. @throws {UserError} `tree_unsafe` and those of {@link readCommit}. */
  async readTree(id: ObjectId): Promise<readonly TreeEntry[]> {
    return parseTree(id, await this.#readAs("tree", id), this.format);
  }

  /** Reads the bytes of one file or link. @throws {UserError} `object_missing`, `object_type_unexpected`. */
  async readBlob(id: ObjectId): Promise<Uint8Array> {
    return await this.#readAs("blob", id);
  }

  async #readAs(type: ObjectType, id: ObjectId): Promise<Uint8Array> {
    const object = await this.read(id);
    if (object.type === type) return object.bytes;
    throw new UserError("object_type_unexpected", {
      what: `Cannot read ${id} as a ${type}`,
      why: `it is a ${object.type}`,
    });
  }

  #missing(id: ObjectId): UserError {
    return new UserError("object_missing", {
      what: `Cannot read git object ${id}`,
      ...(this.missingBecause() ?? { why: "it is not in the repository" }),
    });
  }
}

/** Bytes of objects that a reader keeps in memory. */
const MAX_HELD_BYTES = 4 << 20;

/** Below this it is dearer to load the fast hash, some 40 ms, than to do with the slow one. */
const FEW = 64;

async function hashSlowly(format: ObjectFormat, type: ObjectType, bytes: Uint8Array): Promise<ObjectId> {
  const whole = concatenate([objectHeader(type, bytes.length), bytes]);
  return new Uint8Array(await crypto.subtle.digest(format === "sha1" ? "SHA-1" : "SHA-256", whole)).toHex();
}

function corrupt(id: ObjectId): CorruptionError {
  return new CorruptionError("git_object_corrupt", {
    what: `Cannot use git object ${id}`,
    why: "its bytes do not hash to its id",
    fix: ["see what else is damaged: `git fsck --full`", "take the commit from another clone"],
  });
}
