import { CorruptionError } from "../errors.ts";
import type { Digest } from "../model/digest.ts";
import type { OperationOptions } from "../plugin/context.ts";
import type { Storage, StoredObject } from "../plugin/storage.ts";
import { ANSWER_MS } from "./collection_times.ts";
import { mapConcurrent } from "./concurrent.ts";
import { readCondemnedLists } from "./condemned_keys.ts";
import { digestOfObjectKey, digestOfPackKey, objectKey, packKey, PREFIX } from "./keys.ts";
import type { LocalKnowledge, PackLocation } from "./local_knowledge.ts";
import {
  PACK_ENTRY_BYTES,
  PACK_FOOTER_BYTES,
  type PackEntry,
  readPackFooter,
  readPackIndex,
} from "./pack_format.ts";
import { readAll } from "./verified_stream.ts";

// Up to this many, asking for each comes before a look at all packs.
const FEW = 4;
// Past this many unknown objects one listing is cheaper than asking for each.
const MOST_STATS = 64;
// Holds the tail of a pack of 7,000 objects; a larger index takes a second request.
const TAIL_BYTES = 256 * 1024;

/** Options of questions for presence. */
export interface PresenceOptions extends OperationOptions {
  /**
   * Only what a new name may rely on: what no collection of garbage has condemned. Readers need not ask for that, and
   * find what is condemned as long as it is there.
   */
  readonly lasting?: boolean;
}

/** Options of {@link ObjectCatalog.present}. */
export interface PresentOptions extends PresenceOptions {
  /** What other writers have stored since is seen too; without, it may be taken for absent. */
  readonly fresh?: boolean;
}

/**
 * Which objects a storage has, in as few requests as can be.
 *
 * The index file says where an object would be; that its pack or object is there is believed only once the storage
 * has said so to this catalog, and not for ever.
 */
export class ObjectCatalog {
  readonly #storage: Storage;
  readonly #index: LocalKnowledge;
  readonly #now: () => number;
  readonly #objects = new Set<Digest>();
  #packsListed = false;
  #objectsListed = false;
  #refreshing: Promise<void> | undefined;
  #condemned: ReadonlySet<string> | undefined;
  /** When the oldest answer that is still believed was asked for. */
  #since: number;

  /** @param now A clock; epoch milliseconds. */
  constructor(storage: Storage, index: LocalKnowledge, now: () => number = Date.now) {
    this.#storage = storage;
    this.#index = index;
    this.#now = now;
    this.#since = now();
  }

  /** Where the index file says that `digest` lies in a pack; asks nobody. */
  locate(digest: Digest): PackLocation | undefined {
    return this.#index.find(digest);
  }

  /** Notes that the storage has this object under its own key. */
  noteObject(digest: Digest): void {
    this.#objects.add(digest);
  }

  /** Whether the storage has told this catalog of the object's own key, and that it is not condemned; asks nobody. */
  isNoted(digest: Digest): boolean {
    this.#forgetOld();
    return this.#condemned !== undefined && this.#objects.has(digest) &&
      !this.#condemned.has(objectKey(digest));
  }

  /** Notes a pack that the storage has. */
  notePack(pack: Digest, entries: readonly PackEntry[]): void {
    this.#index.addPack(pack, entries);
  }

  /** Keys that are not to be relied on, nor put to, since a collection of garbage may be about to remove them. */
  async condemned(options: OperationOptions = {}): Promise<ReadonlySet<string>> {
    this.#forgetOld();
    if (this.#condemned === undefined) {
      const lists = await readCondemnedLists({ storage: this.#storage, knowledge: this.#index }, options);
      this.#condemned = new Set(lists.flatMap(({ keys }) => keys));
    }
    return this.#condemned;
  }

  /** Which of `digests` are stored. */
  async present(digests: readonly Digest[], options: PresentOptions = {}): Promise<Set<Digest>> {
    this.#forgetOld();
    const condemned = options.lasting ? await this.condemned(options) : new Set<string>();
    const isObject = (digest: Digest) =>
      this.#objects.has(digest) && (condemned.size === 0 || !condemned.has(objectKey(digest)));
    const present = new Set(digests.filter(isObject));
    if (present.size === digests.length) return present;
    const looks = options.fresh || !this.#packsListed;
    // Manifests and records lie under their own keys: most often that is the answer, and packs need no look.
    const asked = looks && digests.length <= FEW;
    if (asked) {
      await this.#askForObjects(digests.filter((digest) => !present.has(digest)), options);
      for (const digest of digests) if (isObject(digest)) present.add(digest);
      if (present.size === digests.length) return present;
    }
    if (looks) await this.refreshPacks(options);
    const unknown: Digest[] = [];
    for (const digest of new Set(digests)) {
      if (present.has(digest)) continue;
      if (this.#isPacked(digest, condemned)) present.add(digest);
      else unknown.push(digest);
    }
    if (unknown.length === 0 || asked || (this.#objectsListed && !options.fresh)) return present;
    await this.#askForObjects(unknown, options);
    for (const digest of unknown) if (isObject(digest)) present.add(digest);
    return present;
  }

  #isPacked(digest: Digest, condemned: ReadonlySet<string>): boolean {
    if (condemned.size === 0) return this.#index.find(digest) !== undefined;
    return this.#index.findAll(digest).some(({ pack }) => !condemned.has(packKey(pack)));
  }

  #forgetOld(): void {
    if (this.#now() - this.#since < ANSWER_MS) return;
    this.#objects.clear();
    this.#packsListed = false;
    this.#objectsListed = false;
    this.#condemned = undefined;
    this.#since = this.#now();
  }

  async #askForObjects(digests: readonly Digest[], options: OperationOptions): Promise<void> {
    if (digests.length <= MOST_STATS) {
      await mapConcurrent(digests, this.#storage.capabilities.maxConcurrency, async (digest) => {
        if (await this.#storage.stat(objectKey(digest), options)) this.#objects.add(digest);
      });
      return;
    }
    for await (const { key } of this.#storage.list(PREFIX.objects, options)) {
      const digest = digestOfObjectKey(key);
      if (digest) this.#objects.add(digest);
    }
    this.#objectsListed = true;
  }

  /** Lists the packs, and reads the tails of those that are not known yet. Callers at the same time share one pass. */
  async refreshPacks(options: OperationOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    // Without the signal: who shares the pass must not fail by another's abort.
    this.#refreshing ??= this.#refresh().finally(() => this.#refreshing = undefined);
    await this.#refreshing;
    options.signal?.throwIfAborted();
  }

  async #refresh(): Promise<void> {
    const listed = new Map<Digest, StoredObject>();
    // What is known is asked before the listing: a pack that this process puts meanwhile is not taken for gone.
    const known = this.#index.packs();
    for await (const object of this.#storage.list(PREFIX.packs)) {
      const digest = digestOfPackKey(object.key);
      if (digest) listed.set(digest, object);
    }
    this.#index.removePacks([...known].filter((pack) => !listed.has(pack)));
    const fresh = [...listed.keys()].filter((pack) => !known.has(pack));
    await mapConcurrent(fresh, this.#storage.capabilities.maxConcurrency, async (pack) => {
      const entries = await readPackTail(this.#storage, pack, listed.get(pack)!.size);
      if (entries) this.#index.addPack(pack, entries);
    });
    this.#packsListed = true;
  }
}

/**
 * The entries of a pack, read from its tail.
 *
 * @returns `undefined` for a pack whose tail cannot be believed: what it holds counts as not stored, and a full check
 * names it.
 */
export async function readPackTail(
  storage: Storage,
  pack: Digest,
  size: number,
  options: OperationOptions = {},
): Promise<PackEntry[] | undefined> {
  const read = async (offset: number) =>
    await readAll(await storage.get(packKey(pack), { ...options, range: { offset } }));
  try {
    if (size < PACK_FOOTER_BYTES) return undefined;
    let tail = await read(Math.max(0, size - TAIL_BYTES));
    const { dataBytes, indexBytes } = readPackFooter(tail.subarray(-PACK_FOOTER_BYTES), size, pack);
    if (tail.length < indexBytes + PACK_FOOTER_BYTES) tail = await read(dataBytes);
    const index = tail.subarray(-PACK_FOOTER_BYTES - indexBytes, tail.length - PACK_FOOTER_BYTES);
    if (index.length % PACK_ENTRY_BYTES !== 0) return undefined;
    return readPackIndex(index, tail.subarray(-PACK_FOOTER_BYTES), dataBytes, pack);
  } catch (error) {
    if (error instanceof CorruptionError) return undefined;
    throw error;
  }
}
