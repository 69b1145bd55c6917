import { CorruptionError } from "../errors.ts";
import type { OperationOptions } from "../plugin/context.ts";
import { isStorageError, type StorageKey, type StoredObject } from "../plugin/storage.ts";
import { checkNames } from "./check_names.ts";
import { checkContents, type Finding, type SoundObjects } from "./check.ts";
import { RELIANCE_MS } from "./collection_times.ts";
import { copyObject } from "./copy_object.ts";
import { digestOfObjectKey, digestOfPackKey, PREFIX } from "./keys.ts";
import { mapStream } from "./map_stream.ts";
import { compareNames, copyNames } from "./migrate_names.ts";
import type { Store } from "./store.ts";

/** How a store is copied. */
export interface MigrateOptions extends OperationOptions {
  /** Afterwards, all that is in the new storage is read and checked; without, names and sizes are. */
  readonly verify?: boolean;
  /** Called once a pass, with the bytes that are to be copied. */
  readonly onTotal?: (bytes: number) => void;
  /** Called with the bytes of each object and pack that was copied. */
  readonly onCopied?: (bytes: number) => void;
  /** A clock; epoch milliseconds. Default: the system's. */
  readonly now?: () => number;
}

/** What a migration tells of as it happens. */
export type MigrateEvent =
  /** Left out, since it is damaged where it is. */
  | { readonly event: "damaged"; readonly key: string; readonly message: string }
  /** In the end: what the new storage lacks, or has damaged. */
  | { readonly event: "lacks"; readonly finding: Finding };

/** What a migration came to. */
export interface Migrated {
  /** Objects and packs. */
  readonly objects: number;
  readonly bytes: number;
  /** Objects and packs that were there before. */
  readonly objectsPresent: number;
  readonly names: number;
  readonly namesPresent: number;
}

const AT_ONCE = 16;
const MOST_PASSES = 10;

/**
 * Copies all of a store that another lacks: objects and packs first, each checked on the way, then names. Looks again
 * until nothing has come since, so that others may go on writing to the old one, which is never changed.
 *
 * Safe to stop anywhere and to begin again; what was copied is not copied again.
 *
 * @throws {UserError} `names_conflict`, and nothing was copied.
 */
export async function* migrateStore(
  from: Store,
  to: Store,
  options: MigrateOptions = {},
): AsyncGenerator<MigrateEvent, Migrated> {
  const migration = new Migration(from, to, options);
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    if (!(yield* migration.pass())) break;
  }
  yield* migration.prove();
  return migration.sum;
}

class Migration {
  readonly #from: Store;
  readonly #to: Store;
  readonly #options: MigrateOptions;
  readonly #scope: OperationOptions;
  readonly #now: () => number;
  readonly #damaged = new Set<string>();
  /** Keys of what was copied: it may lie under another key, if its own is condemned over there. */
  readonly #copied = new Set<string>();
  #objects = 0;
  #bytes = 0;
  #objectsPresent: number | undefined;
  #names = 0;
  #namesPresent: number | undefined;

  constructor(from: Store, to: Store, options: MigrateOptions) {
    this.#from = from;
    this.#to = to;
    this.#options = options;
    this.#scope = options.signal === undefined ? {} : { signal: options.signal };
    this.#now = options.now ?? Date.now;
  }

  get sum(): Migrated {
    return {
      objects: this.#objects,
      bytes: this.#bytes,
      objectsPresent: this.#objectsPresent ?? 0,
      names: this.#names,
      namesPresent: this.#namesPresent ?? 0,
    };
  }

  /** Copies what there is now. Whether there may be more: a pass that copies nothing is the last. */
  async *pass(): AsyncGenerator<MigrateEvent, boolean> {
    const beganAt = this.#now();
    // Names come first and are written last: all that they name is there when objects are listed.
    const { missing, present } = await compareNames(this.#from, this.#to, this.#scope);
    this.#namesPresent ??= present;
    const { copied, vanished } = yield* this.#objectsOnce();
    // What was told of presence in the new storage may not be relied on for long; and what has vanished from the old
    // one may lie in another pack by now.
    if (vanished || this.#now() - beganAt > RELIANCE_MS / 2) return true;
    const left = await copyNames(this.#to, missing, this.#scope);
    yield* left.filter((key) => this.#isNew(key)).map((key) => ({
      event: "damaged" as const,
      key,
      message: `${key} is no document that can be read`,
    }));
    const names = missing.length - left.length;
    this.#names += names;
    return copied > 0 || names > 0;
  }

  async *#objectsOnce(): AsyncGenerator<MigrateEvent, { copied: number; vanished: boolean }> {
    const there = new Map<string, number>();
    const condemned = await this.#to.catalog.condemned(this.#scope);
    for (const prefix of [PREFIX.objects, PREFIX.packs]) {
      for await (const { key, size } of this.#to.storage.list(prefix, this.#scope)) {
        if (!condemned.has(key)) there.set(key, size);
      }
    }
    const wanted: StoredObject[] = [];
    let present = 0;
    for (const prefix of [PREFIX.objects, PREFIX.packs]) {
      for await (const object of this.#from.storage.list(prefix, this.#scope)) {
        if ((digestOfObjectKey(object.key) ?? digestOfPackKey(object.key)) === undefined) continue;
        if (there.get(object.key) === object.size) present++;
        else if (!this.#damaged.has(object.key) && !this.#copied.has(object.key)) wanted.push(object);
      }
    }
    this.#objectsPresent ??= present;
    this.#options.onTotal?.(wanted.reduce((sum, { size }) => sum + size, 0));
    const limit = Math.min(
      AT_ONCE,
      this.#from.storage.capabilities.maxConcurrency,
      this.#to.storage.capabilities.maxConcurrency,
    );
    let copied = 0, vanished = false;
    for await (const outcome of mapStream(wanted, limit, (object) => this.#copy(object))) {
      if (outcome === "copied") copied++;
      else if (outcome === "vanished") vanished = true;
      else yield outcome;
    }
    return { copied, vanished };
  }

  async #copy(object: StoredObject): Promise<"copied" | "vanished" | MigrateEvent> {
    const { key, size } = object;
    try {
      await copyObject(this.#from.storage, this.#to, object, this.#scope);
    } catch (error) {
      if (isStorageError(error, "not_found")) return "vanished";
      if (!(error instanceof CorruptionError)) throw error;
      this.#damaged.add(key);
      return { event: "damaged", key, message: `${key}: ${error.message}` };
    }
    this.#copied.add(key);
    this.#objects++;
    this.#bytes += size;
    this.#options.onCopied?.(size);
    return "copied";
  }

  #isNew(key: StorageKey): boolean {
    const isNew = !this.#damaged.has(key);
    this.#damaged.add(key);
    return isNew;
  }

  /** Shows that the new storage has all that its names refer to. */
  async *prove(): AsyncGenerator<MigrateEvent> {
    const sound: SoundObjects = { sizes: new Map(), records: new Map() };
    const options = { ...this.#scope, quick: !this.#options.verify, now: this.#now };
    for await (const finding of checkContents(this.#to, sound, options)) {
      if (finding.kind !== "key_unknown") yield { event: "lacks", finding };
    }
    for await (const finding of checkNames(this.#to, sound, options)) {
      if (finding.kind !== "key_unknown") yield { event: "lacks", finding };
    }
  }
}
