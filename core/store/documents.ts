import { CorruptionError } from "../errors.ts";
import { canonicalJson } from "../format/canonical_json.ts";
import { digestOf } from "../format/digest_of.ts";
import { parseJson } from "../format/document.ts";
import { isObject } from "../format/shape.ts";
import type { OperationOptions } from "../plugin/context.ts";
import type { Storage, StorageKey, StoredObject } from "../plugin/storage.ts";
import { mapConcurrent } from "./concurrent.ts";
import { listKnown } from "./list_known.ts";
import type { LocalKnowledge } from "./local_knowledge.ts";
import { readAll } from "./verified_stream.ts";
import { OutboxStorage } from "./wrap/outbox.ts";

/** An immutable document that the storage has. */
export interface StoredDocument {
  readonly object: StoredObject;
  readonly bytes: Uint8Array;
}

/**
 * All immutable documents whose keys begin with `prefix` and fit `pattern`, in no order.
 *
 * Which there are is asked each time, and is what is known while the storage is away; the bytes of those that were read before come from local knowledge. What is damaged is given as it came, and is asked for again the
 * next time: another reading may be right.
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
  const had: { key: StorageKey; bytes: Uint8Array }[] = [];
  const documents = await mapConcurrent(
    objects,
    store.storage.capabilities.maxConcurrency,
    async (object) => {
      const known = store.knowledge.document(object.key, object.size, object.modifiedAt);
      if (known) {
        had.push({ key: object.key, bytes: known });
        return { object, bytes: known };
      }
      const bytes = await readAll(await store.storage.get(object.key, options));
      if (bytes.length === object.size && isSound(object.key, bytes)) {
        read.push({ key: object.key, modifiedAt: object.modifiedAt, bytes });
      }
      return { object, bytes };
    },
  );
  store.knowledge.keepDocuments(read);
  // Who filled local knowledge may have asked the storage past the outbox, as a migration to it does.
  if (had.length > 0 && store.storage instanceof OutboxStorage) store.storage.noteListed(prefix, had);
  return documents;
}

/** Whether bytes may be a document as it was written: canonical JSON, and of the digest that its key ends with, if it does. */
function isSound(key: string, bytes: Uint8Array): boolean {
  const named = /\/([0-9a-f]{64})\.json$/.exec(key)?.[1];
  if (named !== undefined && digestOf(bytes) !== `sha256:${named}`) return false;
  try {
    const { text, value } = parseJson({ code: "document", title: "a document" }, bytes);
    return isObject(value) && canonicalJson(value) === text;
  } catch (error) {
    if (error instanceof CorruptionError || error instanceof TypeError) return false;
    throw error;
  }
}
