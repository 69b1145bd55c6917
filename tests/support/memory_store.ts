import { openStore, type Store } from "../../core/store/store.ts";
import type { Finding } from "../../core/store/check.ts";
import type { Storage, StorageKey } from "../../core/plugin/storage.ts";
import { bytesBody } from "../../core/plugin/storage.ts";
import { type MemoryObject, MemoryStorage } from "../../plugins/storages/memory/memory_storage.ts";

/** A store over a storage in memory, in a temporary directory of its own. */
export interface TestStore extends AsyncDisposable {
  readonly store: Store;
  readonly storage: Storage;
  /** What the storage holds; tests change it to do harm. */
  readonly objects: Map<StorageKey, MemoryObject>;
  /** Temporary; for the test's own files too. */
  readonly directory: string;
  /** Another store over the same storage, with local knowledge of its own. */
  reopen(wrap?: (storage: Storage) => Storage): Promise<Store>;
}

/** Opens a {@link TestStore}. */
export async function openMemoryStore(
  wrap: (storage: Storage) => Storage = (storage) => storage,
): Promise<TestStore> {
  const objects = new Map<StorageKey, MemoryObject>();
  const directory = await Deno.makeTempDir({ prefix: "aero-store-" });
  const opened: Store[] = [];
  const open = async (storage: Storage): Promise<Store> => {
    const home = `${directory}/.local-${opened.length}`;
    const store = await openStore({
      storage,
      index: `${home}.db`,
      scratchDirectory: `${directory}/.scratch`,
      signal: new AbortController().signal,
    });
    opened.push(store);
    return store;
  };
  const memory = () => new MemoryStorage({ now: () => new Date(1_800_000_000_000), objects });
  const storage = wrap(memory());
  const store = await open(storage);
  return {
    store,
    storage,
    objects,
    directory,
    reopen: (wrap = (storage) => storage) => open(wrap(memory())),
    async [Symbol.asyncDispose]() {
      for (const store of opened) await store[Symbol.asyncDispose]();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

/** All that a full check finds. */
export async function findingsOf(store: Store): Promise<Finding[]> {
  return await Array.fromAsync(store.check());
}

/** Replaces the bytes of an object in a storage, as bad luck would. */
export async function spoil(
  storage: Storage,
  key: StorageKey,
  change: (bytes: Uint8Array) => Uint8Array,
): Promise<void> {
  const bytes = new Uint8Array(
    await new Response(await storage.get(key) as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer(),
  );
  await storage.put(key, bytesBody(change(bytes)));
}
