import type { OperationOptions } from "../plugin/context.ts";
import type { Storage, StoredObject } from "../plugin/storage.ts";
import { mapConcurrent } from "./concurrent.ts";
import { listKnown } from "./list_known.ts";
import type { LocalKnowledge } from "./local_knowledge.ts";
import { readAll } from "./verified_stream.ts";

/** An immutable document that the storage has. */
export interface StoredDocument {
  readonly object: StoredObject;
  readonly bytes: Uint8Array;
}

/**
 * All immutable documents whose keys begin with `prefix` and fit `pattern`, in no order.
 *
 * Which there are is asked each time, and is what is known while the storage is away; the bytes of those that were read before come from local knowledge.
 */
export async function listDocuments(
  store: { readonly storage: Storage; readonly knowledge: LocalKnowledge },
  prefix: string,
  pattern: RegExp,
  options: OperationOptions = {},
): Promise<StoredDocument[]> {
  const objects: StoredObject[] = [];
  for await (const object of listKnown(store.storage, prefix, options)) {
    if (pattern.test(object.key)) objects.push(object);
  }
  const read: { key: string; modifiedAt: number; bytes: Uint8Array }[] = [];
  const documents = await mapConcurrent(
    objects,
    store.storage.capabilities.maxConcurrency,
    async (object) => {
      const known = store.knowledge.document(object.key, object.size, object.modifiedAt);
      if (known) return { object, bytes: known };
      const bytes = await readAll(await store.storage.get(object.key, options));
      read.push({ key: object.key, modifiedAt: object.modifiedAt, bytes });
      return { object, bytes };
    },
  );
  store.knowledge.keepDocuments(read);
  return documents;
}
