import { type AeroError, CorruptionError } from "../errors.ts";
import type { Digest } from "../model/digest.ts";
import type { OperationOptions } from "../plugin/context.ts";
import { isStorageError, type StorageKey, type StoredObject } from "../plugin/storage.ts";
import { checkNames } from "./check_names.ts";
import { type CheckedPack, readObject, readPack } from "./check_reading.ts";
import { digestOfObjectKey, digestOfPackKey, PREFIX } from "./keys.ts";
import { mapStream } from "./map_stream.ts";
import { readPackTail } from "./object_catalog.ts";
import type { Store } from "./store.ts";

/** One thing in a store that is not as it must be. */
export interface Finding {
  readonly kind:
    /** Bytes that do not match their key. */
    | "object_corrupt"
    | "pack_corrupt"
    /** A name or a document lists an object that is not stored, or not whole. */
    | "object_missing"
    /** A document that cannot be read, or that says of itself what its key does not. */
    | "document_corrupt"
    /** A document names another document that is not there. */
    | "document_missing"
    /** A number between the labels of an artifact that nobody has. */
    | "label_gap"
    /** A key that no store has. */
    | "key_unknown";
  /** Where it is in the storage, or the digest of the missing object. */
  readonly key: string;
  /** One sentence for people. */
  readonly message: string;
  /** The object that is damaged or missing. */
  readonly digest?: Digest;
  /** Bytes of a missing object, if that is known. */
  readonly size?: number;
  /** Key of the document that refers to what is missing. */
  readonly by?: string;
  /** The file that it would be, in the artifact whose document that is. */
  readonly path?: string;
}

/** What an interrupted check knows of. */
export interface CheckMemory {
  /** Whether an object or pack was found right, as it is listed now. */
  isRight(object: StoredObject): boolean;
  /** Takes in that it is right. */
  keep(object: StoredObject): void;
}

/** How a store is checked. */
export interface CheckOptions extends OperationOptions {
  /** Called with the bytes of each object and pack once they have been read; with 0 for one that need not be. */
  readonly onRead?: (bytes: number) => void;
  /** Only names, sizes and the indexes of packs are looked at: damage inside objects is not found. */
  readonly quick?: boolean;
  /** Spares reading what was found right before. */
  readonly memory?: CheckMemory;
  /** A clock; epoch milliseconds. Default: the system's. */
  readonly now?: () => number;
}

/** What a check has found to be right so far. */
export interface SoundObjects {
  /** The objects whose bytes were found right, with their sizes in bytes. */
  readonly sizes: Map<Digest, number>;
  /** The records among them by their own keys, with their digests and when they were stored. */
  readonly records: Map<string, { readonly digest: Digest; readonly storedAt: number }>;
}

// Enough to keep a remote storage busy; a pack is held in memory whole.
const OBJECTS_AT_ONCE = 16;
const PACKS_AT_ONCE = 4;

/** Reads everything; see {@link Store.check}. */
export async function* checkStore(store: Store, options: CheckOptions): AsyncGenerator<Finding> {
  const sound: SoundObjects = { sizes: new Map(), records: new Map() };
  yield* checkContents(store, sound, options);
  yield* checkNames(store, sound, options);
}

/** Checks objects and packs, and fills `sound`. */
export async function* checkContents(
  store: Store,
  sound: SoundObjects,
  options: CheckOptions,
): AsyncGenerator<Finding> {
  const most = store.storage.capabilities.maxConcurrency;
  const check = new ContentCheck(store, sound, options);
  const { signal } = options;
  const scope = signal === undefined ? {} : { signal };
  for await (
    const findings of mapStream(
      store.storage.list(PREFIX.objects, scope),
      Math.min(most, OBJECTS_AT_ONCE),
      (object) => check.object(object),
    )
  ) yield* findings;
  for await (
    const findings of mapStream(
      store.storage.list(PREFIX.packs, scope),
      Math.min(most, PACKS_AT_ONCE),
      (object) => check.pack(object),
    )
  ) yield* findings;
}

class ContentCheck {
  readonly #store: Store;
  readonly #sound: SoundObjects;
  readonly #options: CheckOptions;
  readonly #scope: OperationOptions;

  constructor(store: Store, sound: SoundObjects, options: CheckOptions) {
    this.#store = store;
    this.#sound = sound;
    this.#options = options;
    this.#scope = options.signal === undefined ? {} : { signal: options.signal };
  }

  async object(object: StoredObject): Promise<Finding[]> {
    const { key, size } = object;
    const digest = digestOfObjectKey(key);
    if (digest === undefined) {
      return [{ kind: "key_unknown", key, message: `${key} is not the key of an object` }];
    }
    if (this.#options.quick || this.#options.memory?.isRight(object)) {
      this.#sound.sizes.set(digest, size);
      this.#options.onRead?.(0);
      return [];
    }
    return await unlessUnreadable(key, "object_corrupt", digest, async () => {
      const read = await readObject(await this.#store.storage.get(key, this.#scope), size);
      this.#options.onRead?.(read.bytes);
      if (read.digest !== digest) {
        return [{
          kind: "object_corrupt",
          key,
          digest,
          message: `the bytes of ${key} hash to ${read.digest}`,
        }];
      }
      if (read.bytes !== size) {
        const message = `${key} has ${read.bytes} bytes and is listed with ${size}`;
        return [{ kind: "object_corrupt", key, digest, message }];
      }
      this.#sound.sizes.set(digest, size);
      this.#noteRecord(read.record, digest, object);
      // What may be a record is read again, or else a lost record would go unseen.
      if (read.record === undefined) this.#options.memory?.keep(object);
      return [];
    });
  }

  async pack(object: StoredObject): Promise<Finding[]> {
    const { key, size } = object;
    const pack = digestOfPackKey(key);
    if (pack === undefined) {
      return [{ kind: "key_unknown", key, message: `${key} is not the key of a pack` }];
    }
    return await unlessUnreadable(key, "pack_corrupt", undefined, async () => {
      if (this.#options.quick || this.#options.memory?.isRight(object)) {
        const entries = await readPackTail(this.#store.storage, pack, size, this.#scope);
        for (const { digest, length } of entries ?? []) this.#sound.sizes.set(digest, length);
        this.#options.onRead?.(0);
        return entries ? [] : [{ kind: "pack_corrupt", key, message: `the index of ${key} cannot be read` }];
      }
      const read = await readPack(this.#store.storage, pack, object, this.#scope);
      this.#options.onRead?.(read.bytes);
      const findings = findingsOfPack(key, pack, read);
      for (const { digest, length, found, record } of read.entries) {
        if (found !== digest) continue;
        this.#sound.sizes.set(digest, length);
        this.#noteRecord(record, digest, object);
      }
      const hasRecords = read.entries.some(({ record }) => record !== undefined);
      if (findings.length === 0 && !hasRecords) this.#options.memory?.keep(object);
      return findings;
    });
  }

  #noteRecord(key: string | undefined, digest: Digest, { modifiedAt }: StoredObject): void {
    if (key !== undefined) this.#sound.records.set(key, { digest, storedAt: modifiedAt });
  }
}

function findingsOfPack(key: StorageKey, pack: Digest, read: CheckedPack): Finding[] {
  const findings: Finding[] = [];
  if (read.digest !== pack) {
    findings.push({ kind: "pack_corrupt", key, message: `the bytes of ${key} hash to ${read.digest}` });
  }
  if (read.fault !== undefined) findings.push({ kind: "pack_corrupt", key, message: read.fault });
  for (const { digest, offset, found } of read.entries) {
    if (found === digest) continue;
    const message = `${key} should hold ${digest} at byte ${offset}, and its bytes hash to ${found}`;
    findings.push({ kind: "object_corrupt", key, digest, message });
  }
  return findings;
}

/** A key that is gone by now is nobody's; one that cannot be read, such as a link in its place, is damage. */
export async function unlessUnreadable(
  key: string,
  kind: Finding["kind"],
  digest: Digest | undefined,
  work: () => Promise<Finding[]>,
): Promise<Finding[]> {
  try {
    return await work();
  } catch (error) {
    if (isStorageError(error, "not_found")) return [];
    const isDamage = isStorageError(error, "denied") || error instanceof CorruptionError;
    if (!isDamage) throw error;
    const message = `${key} cannot be read: ${(error as AeroError).message}`;
    return [{ kind, key, message, ...(digest === undefined ? {} : { digest }) }];
  }
}
