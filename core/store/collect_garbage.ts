import { OutsideError } from "../errors.ts";
import { writeCondemned } from "../format/condemned_format.ts";
import type { OperationOptions } from "../plugin/context.ts";
import { bytesBody, parseStorageKey, type StorageKey, type StoredObject } from "../plugin/storage.ts";
import { LEAST_WINDOW_MS, RELIANCE_MS, WINDOW_MS, YOUNG_MS } from "./collection_times.ts";
import { mapConcurrent } from "./concurrent.ts";
import { type CondemnedList, readCondemnedLists } from "./condemned_keys.ts";
import { collectedKey, condemnedKey, digestOfPackKey, PREFIX } from "./keys.ts";
import { type DamagedList, removeDamagedLists } from "./damaged_lists.ts";
import { markLive } from "./mark_live.ts";
import { type CollectionPlan, planCollection, type StoredPack } from "./plan_collection.ts";
import { rewritePacks } from "./rewrite_packs.ts";
import type { Store } from "./store.ts";

/** What a collection of garbage did with one key. */
export interface Collected {
  readonly kind:
    /** Nothing refers to it: a later collection removes it. */
    | "condemned"
    /** Gone; in a dry run, would be. */
    | "removed"
    /** Condemned once, and referred to now: it stays. */
    | "pardoned"
    /** Its live objects lie in another pack as well; it is condemned too. */
    | "repacked"
    /** Left as it is: a pack that cannot be read whole. */
    | "damaged";
  readonly key: StorageKey;
  /** Bytes. */
  readonly size: number;
}

/** How garbage is collected. */
export interface CollectOptions extends OperationOptions {
  /** Time between condemning and removing; milliseconds. Default: 14 days. */
  readonly windowMs?: number;
  /** Changes nothing, and tells what would be done. */
  readonly dryRun?: boolean;
  /** Nobody else uses the storage: what nothing refers to is removed at once, whatever its age. */
  readonly alone?: boolean;
  /** A clock that goes on; for a dry run, the storage's. Epoch milliseconds. Default: the system's. */
  readonly now?: () => number;
  /** Called now and then with documents read since the last call. */
  readonly onRead?: (count: number) => void;
}

/** Keys on one list, so that none grows past a few megabytes. */
const LIST_KEYS = 20_000;

/**
 * Removes what nothing refers to, in two collections or more: one condemns, another, a window later, removes. See
 * core/format/FORMAT.md, "Garbage", for why that is safe beside writers and other collections.
 *
 * @throws {CorruptionError} `marking_failed`, and nothing was changed.
 * @throws {OutsideError} `collection_outlasted` if it took days; what was done holds.
 */
export async function* collectGarbage(store: Store, options: CollectOptions = {}): AsyncGenerator<Collected> {
  const windowMs = options.windowMs ?? WINDOW_MS;
  if (!options.alone && windowMs < LEAST_WINDOW_MS) throw new RangeError(`A window of ${windowMs} ms`);
  const collection = new Collection(store, options, windowMs);
  await collection.begin();
  yield* collection.collect();
}

class Collection {
  readonly #store: Store;
  readonly #options: CollectOptions;
  readonly #windowMs: number;
  readonly #id = crypto.randomUUID();
  /** The storage's clock when it began. */
  #beganAt = 0;
  #clockAtBegin = 0;

  constructor(store: Store, options: CollectOptions, windowMs: number) {
    this.#store = store;
    this.#options = options;
    this.#windowMs = windowMs;
  }

  get #now(): () => number {
    return this.#options.now ?? Date.now;
  }

  get #scope(): OperationOptions {
    return this.#options.signal === undefined ? {} : { signal: this.#options.signal };
  }

  /** Reads the storage's clock, by what it says of something just put. */
  async begin(): Promise<void> {
    this.#clockAtBegin = this.#now();
    if (this.#options.dryRun) return void (this.#beganAt = this.#clockAtBegin);
    const { storage } = this.#store;
    const key = parseStorageKey(`${PREFIX.collections}${this.#id}.begun`);
    await storage.put(key, bytesBody(new Uint8Array()), this.#scope);
    const put = await storage.stat(key, this.#scope);
    const again = await storage.stat(key, this.#scope);
    await storage.delete(key, this.#scope);
    if (put !== undefined && !isSameTime(put, again)) {
      throw outlasted("the storage tells two times of one object");
    }
    // Who removed it is another collection, to which it looked a day old: the clock cannot be had.
    if (put === undefined) throw outlasted("the storage's clock cannot be read");
    this.#beganAt = put.modifiedAt;
  }

  async *collect(): AsyncGenerator<Collected> {
    const { dryRun = false, alone = false } = this.#options;
    // Which are done with is asked before the lists: one that is retired meanwhile is not taken for one that is due.
    const marks = await Array.fromAsync(this.#store.storage.list(PREFIX.collections, this.#scope));
    const damaged: DamagedList[] = [];
    const lists = await readCondemnedLists(this.#store, {
      ...this.#scope,
      onDamage: (object, error) => damaged.push({ object, error }),
    });
    const ids = lists.map(({ id }) => id);
    const situation = { marks, beganAt: this.#beganAt, dryRun, alone };
    for await (const list of removeDamagedLists(this.#store.storage, damaged, situation, this.#scope)) {
      yield { kind: "removed", ...keyAndSize(list) };
    }
    const done = await this.#leftovers(marks, new Set(ids));
    const condemned = new Set<string>(lists.flatMap(({ keys }) => keys));
    const marked = await markLive(this.#store, this.#options);
    const stored = await this.#stored();
    const before = alone ? Infinity : this.#beganAt - YOUNG_MS;
    const plan = planCollection({ ...stored, live: marked.live, condemned, before });

    const sizes = new Map([...stored.objects, ...stored.packs.map(({ object }) => object)].map(
      (object) => [object.key as string, object] as const,
    ));
    yield* stored.damaged.map((object) => ({ kind: "damaged" as const, ...keyAndSize(object) }));
    const added: CondemnedList[] = yield* this.#condemn(plan);
    if (!dryRun) await this.#removeAll(marked.spentPins);
    // With nobody else at work, what was just condemned is removed at once.
    for (const list of alone ? [...lists, ...added] : lists) {
      const doneAt = done.get(list.id);
      if (doneAt === undefined && (alone || await this.#isDue(list))) {
        yield* this.#remove(list, plan, sizes);
      } else if (doneAt !== undefined) await this.#retire(list, doneAt);
      if (alone && !dryRun) await this.#retire(list, -Infinity);
    }
  }

  /** Whether a list's window is over: by what is told of it alone, too, since no checksum is over a listing. */
  async #isDue({ id, storedAt, windowMs }: CondemnedList): Promise<boolean> {
    if (storedAt + windowMs > this.#beganAt) return false;
    const stored = await this.#store.storage.stat(condemnedKey(id), this.#scope);
    return isSameTime({ modifiedAt: storedAt }, stored);
  }

  /** When each list was done with; what is left of collections that were stopped is removed. */
  async #leftovers(
    marks: readonly StoredObject[],
    lists: ReadonlySet<string>,
  ): Promise<Map<string, number>> {
    const done = new Map<string, number>();
    for (const { key, modifiedAt } of marks) {
      const [, id, kind] = /^gc\/([0-9A-Za-z-]+)\.(done|begun|damaged)$/.exec(key) ?? [];
      if (kind === "done" && lists.has(id!)) done.set(id!, modifiedAt);
      else if (kind !== undefined && !this.#options.dryRun) {
        // A list that is noted to be damaged can be read after all, or is gone: who notes one goes no further.
        if (kind === "damaged" || modifiedAt < this.#beganAt - YOUNG_MS) {
          await this.#store.storage.delete(key, this.#scope);
        }
      }
    }
    return done;
  }

  async #stored(): Promise<{ objects: StoredObject[]; packs: StoredPack[]; damaged: StoredObject[] }> {
    const { storage, catalog, knowledge } = this.#store;
    const objects = await Array.fromAsync(storage.list(PREFIX.objects, this.#scope));
    await catalog.refreshPacks(this.#scope);
    const packs: StoredPack[] = [], damaged: StoredObject[] = [];
    const known = knowledge.packs();
    for await (const object of storage.list(PREFIX.packs, this.#scope)) {
      const digest = digestOfPackKey(object.key);
      if (digest === undefined) continue;
      if (known.has(digest)) packs.push({ object, entries: knowledge.entriesOf(digest) });
      // A young one may have come since.
      else if (object.modifiedAt < this.#beganAt - YOUNG_MS) damaged.push(object);
    }
    return { objects, packs, damaged };
  }

  async *#condemn(plan: CollectionPlan): AsyncGenerator<Collected, CondemnedList[]> {
    const { dryRun, alone } = this.#options;
    const keys: StorageKey[] = [];
    for (const object of plan.garbage) {
      keys.push(object.key);
      // Alone, it is told of when it is removed.
      if (!alone) yield { kind: "condemned", ...keyAndSize(object) };
    }
    if (dryRun) {
      for (const { object } of plan.rewrites) {
        keys.push(object.key);
        yield { kind: "repacked", ...keyAndSize(object) };
      }
      return [this.#list(this.#id, keys)];
    }
    for await (const { pack, damage } of rewritePacks(this.#store, plan.rewrites, this.#scope)) {
      yield { kind: damage ? "damaged" : "repacked", ...keyAndSize(pack.object) };
      if (!damage) keys.push(pack.object.key);
    }
    return await this.#putLists(keys.sort());
  }

  async #putLists(keys: readonly StorageKey[]): Promise<CondemnedList[]> {
    const lists: CondemnedList[] = [];
    for (let at = 0; at < keys.length; at += LIST_KEYS) {
      const part = keys.slice(at, at + LIST_KEYS);
      const id = `${this.#id}-${at / LIST_KEYS}`;
      const bytes = writeCondemned({ schema: "aero/condemned@1", keys: part, windowMs: this.#windowMs });
      await this.#store.storage.put(condemnedKey(id), bytesBody(bytes), this.#scope);
      lists.push(this.#list(id, part));
    }
    return lists;
  }

  #list(id: string, keys: readonly StorageKey[]): CondemnedList {
    return { id, keys, windowMs: this.#windowMs, storedAt: this.#beganAt };
  }

  async *#remove(
    list: CondemnedList,
    plan: CollectionPlan,
    stored: ReadonlyMap<string, StoredObject>,
  ): AsyncGenerator<Collected> {
    const removed: StorageKey[] = [];
    for (const key of list.keys) {
      const object = stored.get(key);
      if (object === undefined) continue;
      // Put again since, by someone who mended it.
      const isNewer = !this.#options.alone && object.modifiedAt > list.storedAt;
      const kind = plan.needed.has(key) || isNewer ? "pardoned" : "removed";
      yield { kind, ...keyAndSize(object) };
      if (kind === "removed") removed.push(key);
    }
    if (this.#options.dryRun) return;
    await this.#removeAll(removed);
    await this.#store.storage.put(collectedKey(list.id), bytesBody(new Uint8Array()), this.#scope);
  }

  async #removeAll(keys: readonly StorageKey[]): Promise<void> {
    const { storage } = this.#store;
    await mapConcurrent(keys, storage.capabilities.maxConcurrency, async (key) => {
      // What was read at the beginning holds for so long only.
      if (this.#now() - this.#clockAtBegin >= RELIANCE_MS) throw outlasted("it began more than two days ago");
      await storage.delete(key, this.#scope);
    });
  }

  /** Removes a list once nobody can be removing by it any more. */
  async #retire(list: CondemnedList, doneAt: number): Promise<void> {
    if (this.#options.dryRun || doneAt > this.#beganAt - RELIANCE_MS - YOUNG_MS) return;
    await this.#store.storage.delete(condemnedKey(list.id), this.#scope);
    await this.#store.storage.delete(collectedKey(list.id), this.#scope);
  }
}

function keyAndSize({ key, size }: StoredObject): { readonly key: StorageKey; readonly size: number } {
  return { key, size };
}

// Replies to different questions round times to seconds.
const SAME_TIME_MS = 2000;

function isSameTime(
  { modifiedAt }: Pick<StoredObject, "modifiedAt">,
  other: Pick<StoredObject, "modifiedAt"> | undefined,
): boolean {
  return other !== undefined && Math.abs(modifiedAt - other.modifiedAt) < SAME_TIME_MS;
}

function outlasted(why: string): OutsideError {
  return new OutsideError("collection_outlasted", {
    what: "Cannot go on with the collection of garbage",
    why,
    fix: ["begin it anew, and what is done is left out: `aero storage gc`"],
  }, { retryable: true });
}
