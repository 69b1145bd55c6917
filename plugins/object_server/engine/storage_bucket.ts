import { createHash } from "node:crypto";
import { isAbort } from "../../../core/errors.ts";
import {
  bytesBody,
  isStorageError,
  type ObjectBody,
  parseStorageKey,
  type Storage,
  StorageError,
  type StorageKey,
  type StoredObject as StorageFact,
} from "../../../core/plugin/storage.ts";
import type { ObjectAttributes, Precondition, StoredObject } from "../object_engine.ts";
import { type BodySource, type Piece, readPieces } from "./body_stream.ts";
import { ObjectEngineError, type ObjectEngineErrorCode } from "./engine_error.ts";
import { notImplemented } from "./not_implemented.ts";
import { assertPrecondition } from "./preconditions.ts";
import { generatorStream } from "./generator_stream.ts";

/** Longest name in a directory, in bytes: NAME_MAX of limits.h(0p) on every file system that is common. */
const MOST_PART_LENGTH = 255;

/** A storage served as a bucket: others may write to it at the same time, past this server. */
export class StorageBucket {
  readonly name: string;
  readonly owner: string;
  readonly storage: Storage;
  /** One change of a key at a time: a storage itself decides `ifAbsent` only. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(options: { readonly name: string; readonly owner: string; readonly storage: Storage }) {
    this.name = options.name;
    this.owner = options.owner;
    this.storage = options.storage;
  }

  /** `undefined` if there is no such object. */
  async stat(key: string): Promise<StoredObject | undefined> {
    const name = this.keyOrAbsent(key);
    if (name === undefined) return undefined;
    const fact = await this.translated(() => this.storage.stat(name));
    return fact && this.toObject(fact);
  }

  /** Stores a body. */
  put(key: string, body: ObjectBody, precondition: Precondition | undefined): Promise<StoredObject> {
    const name = this.#keyToWrite(key);
    return this.#inTurn(key, async () => {
      if (precondition !== undefined) assertPrecondition(precondition, await this.stat(key), key, "fails");
      await this.translated(() =>
        this.storage.put(name, body, { ifAbsent: precondition?.ifNoneMatch === "*" })
      );
      const stored = await this.stat(key);
      if (stored !== undefined) return stored;
      throw new ObjectEngineError("unavailable", {
        what: `Cannot store "${key}" in bucket "${this.name}"`,
        why: "it was deleted as soon as it was stored",
      });
    });
  }

  /** Stores bytes that lie in bodies of the engine, which the caller holds. */
  putPieces(
    key: string,
    size: number,
    pieces: readonly Piece[],
    source: BodySource,
    precondition: Precondition | undefined,
  ): Promise<StoredObject> {
    const body = size === 0
      ? bytesBody(new Uint8Array())
      : { size, open: () => generatorStream(readPieces(source, pieces)) };
    return this.put(key, body, precondition);
  }

  /** Deletes an object; succeeds if there is none. */
  async delete(key: string, precondition: Precondition | undefined): Promise<void> {
    const name = this.keyOrAbsent(key);
    if (name === undefined) return;
    await this.#inTurn(key, async () => {
      if (precondition !== undefined) assertPrecondition(precondition, await this.stat(key), key, "passes");
      await this.translated(() => this.storage.delete(name));
    });
  }

  /** What is known of an object, as the contract tells it. */
  toObject({ key, size, modifiedAt }: StorageFact): StoredObject {
    return {
      kind: "object",
      key,
      versionId: "null",
      isLatest: true,
      size,
      modifiedAt,
      etag: factEtag(key, size, modifiedAt),
      headers: {},
      metadata: {},
      tags: [],
      checksums: [],
      owner: this.owner,
      storageClass: "STANDARD",
    };
  }

  /** A storage's key; `undefined` for a text that no object of a storage can have as its key. */
  keyOrAbsent(key: string): StorageKey | undefined {
    try {
      return parseStorageKey(key);
    } catch {
      return undefined;
    }
  }

  /** What `work` gives, with the storage's failures told as the engine's. */
  async translated<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw storageFailure(error);
    }
  }

  #keyToWrite(key: string): StorageKey {
    const name = this.keyOrAbsent(key);
    const what = `Cannot store "${key}" in bucket "${this.name}"`;
    if (name === undefined) {
      throw new ObjectEngineError("key_invalid", {
        what,
        why: "its keys are parts of letters, digits, `.`, `_`, `-` and `@` with `/` between them",
      });
    }
    if (!name.split("/").some((part) => part.length > MOST_PART_LENGTH)) return name;
    throw new ObjectEngineError("key_invalid", {
      what,
      why: "a part of it is longer than a file's name can be",
    });
  }

  async #inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(key);
    const turn = before === undefined ? work() : before.catch(() => {}).then(work);
    this.#turns.set(key, turn);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(key) === turn) this.#turns.delete(key);
    }
  }
}

/**
 * Checks that nothing is asked to be kept of which a storage has no place.
 *
 * Content headers and user metadata pass and are dropped: every client sends some.
 * @throws {ObjectEngineError} `not_implemented`.
 */
export function assertStorageAttributes(
  bucket: string,
  attributes: Pick<ObjectAttributes, "tags" | "retention" | "legalHold">,
): void {
  if (attributes.tags.length > 0) throw notImplemented(bucket, "it is over a storage, which keeps no tags");
  if (attributes.retention !== undefined || attributes.legalHold !== undefined) {
    throw notImplemented(bucket, "it is over a storage, which has no object lock");
  }
}

/** Of the facts that a rename changes; the `-1` keeps clients from taking it for an MD5. */
function factEtag(key: string, size: number, modifiedAt: number): string {
  const hash = createHash("sha256").update(`${size} ${modifiedAt} ${key}`).digest("hex");
  return `${hash.slice(0, 32)}-1`;
}

const CODES: Readonly<Record<StorageError["code"], ObjectEngineErrorCode>> = {
  "not_found": "no_such_key",
  exists: "precondition_failed",
  "invalid_range": "invalid_range",
  "size_mismatch": "unavailable",
  denied: "denied",
  full: "full",
  unavailable: "unavailable",
  closed: "closed",
};

/** A storage's failure as the engine's; other errors as they are. */
export function storageFailure(error: unknown): unknown {
  if (isAbort(error) || !(error instanceof StorageError)) return error;
  const details = isStorageError(error, "exists") ? { condition: "if-none-match" } : {};
  return new ObjectEngineError(CODES[error.code], error.report, { cause: error, details });
}
