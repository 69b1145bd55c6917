import type { Digest } from "../model/digest.ts";
import type { OperationOptions } from "../plugin/context.ts";
import type { ObjectBody, Storage } from "../plugin/storage.ts";
import { objectKey, packKey } from "./keys.ts";
import { putIfAbsent } from "./marker.ts";
import type { ObjectCatalog } from "./object_catalog.ts";
import type { PackEntry } from "./pack_format.ts";
import { unlikePack } from "./unlike_pack.ts";

/** Where objects are put. */
export interface ObjectPlace {
  readonly storage: Storage;
  readonly catalog: ObjectCatalog;
}

/**
 * Puts one object under its own key; in a pack of its own if that key is condemned: a collection of garbage may be
 * about to remove what is there, whatever it is by then.
 */
export async function putObject(
  { storage, catalog }: ObjectPlace,
  digest: Digest,
  body: ObjectBody,
  options: OperationOptions,
): Promise<void> {
  const key = objectKey(digest);
  if ((await catalog.condemned(options)).has(key)) {
    const entry = { digest, offset: 0, length: body.size };
    return await putUnlike({ storage, catalog }, body, [entry], options);
  }
  await putIfAbsent(storage, key, body, options);
  catalog.noteObject(digest);
}

/** Puts a pack; under another key than its own, with a few bytes more in it, if that is condemned. */
export async function putPack(
  { storage, catalog }: ObjectPlace,
  digest: Digest,
  body: ObjectBody,
  entries: readonly PackEntry[],
  options: OperationOptions,
): Promise<void> {
  const key = packKey(digest);
  if ((await catalog.condemned(options)).has(key)) {
    return await putUnlike({ storage, catalog }, body, entries, options);
  }
  await putIfAbsent(storage, key, body, options);
  catalog.notePack(digest, entries);
}

async function putUnlike(
  { storage, catalog }: ObjectPlace,
  body: ObjectBody,
  entries: readonly PackEntry[],
  options: OperationOptions,
): Promise<void> {
  const pack = await unlikePack(body, entries, options);
  await putIfAbsent(storage, packKey(pack.digest), pack.body, options);
  catalog.notePack(pack.digest, pack.entries);
}
