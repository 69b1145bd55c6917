import { CorruptionError } from "../errors.ts";
import type { OperationOptions } from "../plugin/context.ts";
import { isStorageError } from "../plugin/storage.ts";
import { objectKey } from "./keys.ts";
import type { ObjectSource } from "./object_sources.ts";
import type { ObjectReference } from "./references.ts";
import { pathBody, Spool } from "./staging.ts";
import type { Store } from "./store.ts";
import { verifiedStream } from "./verified_stream.ts";

/**
 * Stores an object that one of some sources has, checked against its digest on the way.
 *
 * @param options.replace Whether what lies under its own key is wrong, and is replaced.
 * @returns The source's name, and the object's bytes; `undefined` if none has the object whole.
 */
export async function fetchObject(
  store: Store,
  object: ObjectReference,
  sources: readonly ObjectSource[],
  options: OperationOptions & { readonly replace: boolean },
): Promise<{ readonly from: string; readonly size: number } | undefined> {
  const scope = options.signal === undefined ? {} : { signal: options.signal };
  for (const source of sources) {
    using spool = new Spool(store.stagingDirectory);
    if (!await readInto(spool, source, object, scope)) continue;
    const body = pathBody(spool.path, spool.size);
    const key = objectKey(object.digest);
    const isCondemned = (await store.catalog.condemned(scope)).has(key);
    if (options.replace && !isCondemned) {
      await store.storage.put(key, body, scope);
      store.catalog.noteObject(object.digest);
    } else {
      await store.putObject(object.digest, body, scope);
      if (options.replace) await store.storage.delete(key, scope);
    }
    return { from: source.name, size: spool.size };
  }
  return undefined;
}

/** Whether the source has the object, and it is right. */
async function readInto(
  spool: Spool,
  source: ObjectSource,
  object: ObjectReference,
  options: OperationOptions,
): Promise<boolean> {
  try {
    const stream = await source.open(object, options);
    if (stream === undefined) return false;
    for await (const chunk of verifiedStream(stream, object)) {
      options.signal?.throwIfAborted();
      spool.write(chunk);
    }
    spool.close();
    return true;
  } catch (error) {
    if (error instanceof CorruptionError || isStorageError(error, "not_found")) return false;
    throw error;
  }
}
