import { STORE_MARKER } from "../format/store_marker_format.ts";
import { ObjectCatalog } from "./object_catalog.ts";
import { Store } from "./store.ts";

/**
 * The store in the storage itself, without what waits on this machine: for care of what is stored. Shares what is
 * known locally with `store`, and is closed with it.
 */
export function withoutOutbox(store: Store, signal: AbortSignal): Store {
  const storage = store.outbox?.remote;
  if (storage === undefined) return store;
  return new Store(
    { storage, index: "", scratchDirectory: store.stagingDirectory, signal },
    { ...STORE_MARKER, packBelowBytes: store.packBelowBytes, packMaxBytes: store.packTargetBytes * 2 },
    store.knowledge,
    new ObjectCatalog(storage, store.knowledge),
  );
}
