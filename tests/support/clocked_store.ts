import type { Storage, StorageKey } from "../../core/plugin/storage.ts";
import { openStore, type Store } from "../../core/store/store.ts";
import { type MemoryObject, MemoryStorage } from "../../plugins/storages/memory/memory_storage.ts";

/** Stores over one storage in memory, whose clock the test turns; each opening has local knowledge of its own. */
export class ClockedStores implements AsyncDisposable {
  /** What the storage holds. */
  readonly objects = new Map<StorageKey, MemoryObject>();
  /** Temporary. */
  readonly directory = Deno.makeTempDirSync({ prefix: "aero-clocked-" });
  /** The storage's clock; epoch milliseconds. */
  now = 1_800_000_000_000;
  readonly #stores: Store[] = [];

  /** Opens one more store. */
  async open(wrap: (storage: Storage) => Storage = (storage) => storage): Promise<Store> {
    const store = await openStore({
      storage: wrap(new MemoryStorage({ now: () => new Date(this.now), objects: this.objects })),
      index: `${this.directory}/${this.#stores.length}.db`,
      scratchDirectory: `${this.directory}/scratch`,
      signal: new AbortController().signal,
    });
    this.#stores.push(store);
    return store;
  }

  /** Keys that begin so, sorted. */
  keys(prefix: string): string[] {
    return [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const store of this.#stores) await store[Symbol.asyncDispose]();
    await Deno.remove(this.directory, { recursive: true });
  }
}
