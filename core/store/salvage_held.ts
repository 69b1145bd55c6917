import { CorruptionError } from "../errors.ts";
import { digestOf } from "../format/digest_of.ts";
import type { Digest } from "../model/digest.ts";
import type { OperationOptions } from "../plugin/context.ts";
import { bytesBody, isStorageError, type Storage, type StoredObject } from "../plugin/storage.ts";
import { heldBody } from "./held_body.ts";
import { digestOfObjectKey, digestOfPackKey, packKey } from "./keys.ts";
import { packOf } from "./lay_out.ts";
import type { Outbox } from "./outbox.ts";
import { readEntry } from "./send_objects.ts";

/**
 * Takes out of an outbox what is wrong in it: bytes that are none of what their digest says help nobody, and would stand
 * in the way of the right ones when these are put in again. What is whole in a damaged pack is packed anew.
 *
 * @param suspects Objects and packs that could not be sent since they could not be read, or not as they were written.
 * @returns Whether anything was packed anew, and is to be sent.
 */
export async function salvageHeld(
  outbox: Outbox,
  suspects: readonly StoredObject[],
  options: OperationOptions,
): Promise<boolean> {
  const held = await outbox.storage();
  let packed = false;
  for (const object of suspects) {
    const pack = digestOfPackKey(object.key);
    if (pack !== undefined) packed = await salvagePack(outbox, held, object, pack, options) || packed;
    else if (await isWrong(held, object, digestOfObjectKey(object.key)!)) {
      await held.delete(object.key, options);
    }
  }
  return packed;
}

async function salvagePack(
  outbox: Outbox,
  held: Storage,
  object: StoredObject,
  pack: Digest,
  options: OperationOptions,
): Promise<boolean> {
  if (!await isWrong(held, object, pack)) return false;
  const whole: { digest: Digest; bytes: Uint8Array }[] = [];
  for (const entry of await outbox.entriesOf(pack)) {
    const bytes = await readEntry(held, object, entry, options);
    if (bytes !== undefined) whole.push({ digest: entry.digest, bytes });
  }
  if (whole.length > 0) {
    const { bytes, entries } = packOf(whole);
    const digest = digestOf(bytes);
    await outbox.put(packKey(digest), bytesBody(bytes), options);
    (await outbox.catalog()).notePack(digest, entries);
  }
  await held.delete(object.key, options);
  await outbox.forgetPack(pack);
  return whole.length > 0;
}

/** Whether bytes are there, can be read, and are not those; a disk that cannot be read just now may be so later. */
async function isWrong(held: Storage, object: StoredObject, digest: Digest): Promise<boolean> {
  try {
    for await (const _ of heldBody(held, object, digest).open());
    return false;
  } catch (error) {
    if (!(error instanceof CorruptionError)) throw error;
    return error.cause === undefined || isStorageError(error.cause, "not_found");
  }
}
