import { CorruptionError } from "../errors.ts";
import type { OperationOptions } from "../plugin/context.ts";
import { isStorageError, type StorageKey } from "../plugin/storage.ts";
import { MEDIA_TYPE } from "../model/descriptor.ts";
import type { ObjectReference } from "./references.ts";
import type { Store } from "./store.ts";
import { objectKey, packKey } from "./keys.ts";

/** Where objects and documents may be had that a store lacks. What it gives is checked by whoever asked. */
export interface ObjectSource {
  /** For people: `the cache`. */
  readonly name: string;
  /** The bytes of an object; `undefined` if it has none. */
  open(
    object: ObjectReference,
    options: OperationOptions,
  ): Promise<ReadableStream<Uint8Array> | undefined>;
  /** The bytes of a document; `undefined` if it has none. */
  document(key: StorageKey, options: OperationOptions): Promise<Uint8Array | undefined>;
}

/** Another store as a source. */
export function storeSource(store: Store): ObjectSource {
  return {
    name: store.storage.location,
    async open({ digest, size }, options) {
      if (!await store.has(digest, options)) return undefined;
      if (size !== undefined) return await store.open({ mediaType: MEDIA_TYPE.file, digest, size }, options);
      const found = store.catalog.locate(digest);
      if (found === undefined) return await store.storage.get(objectKey(digest), options);
      const { offset, length } = found;
      const range = { offset, length };
      return length === 0
        ? new Blob([]).stream()
        : await store.storage.get(packKey(found.pack), { ...options, range });
    },
    async document(key, options) {
      try {
        return await store.readDocument(key, options);
      } catch (error) {
        if (isStorageError(error, "not_found") || error instanceof CorruptionError) return undefined;
        throw error;
      }
    },
  };
}
