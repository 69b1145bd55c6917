import { CorruptionError } from "../errors.ts";
import { digestOf } from "../format/digest_of.ts";
import type { Digest } from "../model/digest.ts";
import type { OperationOptions } from "../plugin/context.ts";
import { type Storage, StorageError, type StoredObject } from "../plugin/storage.ts";
import { mapConcurrent } from "./concurrent.ts";
import { CHECKED_FROM_BYTES, CheckedFiles } from "./checked_files.ts";
import { heldBody } from "./held_body.ts";
import { digestOfObjectKey, digestOfPackKey } from "./keys.ts";
import type { PackEntry } from "./pack_format.ts";
import type { Store } from "./store.ts";
import { readAll } from "./verified_stream.ts";

/** Objects that wait. */
export interface HeldObjects {
  /** Each under its own key. */
  readonly loose: readonly StoredObject[];
  readonly packs: readonly (StoredObject & { readonly entries: readonly PackEntry[] })[];
}

/** What is to be sent of some objects. */
export interface ObjectPlan {
  readonly loose: readonly StoredObject[];
  /** Packs of which the storage has so little that they are sent as they are. */
  readonly whole: HeldObjects["packs"];
  /** Packs of which the storage has most, and the objects that it lacks. */
  readonly parts: readonly { readonly pack: StoredObject; readonly missing: readonly PackEntry[] }[];
  /** Bytes to send. */
  readonly bytes: number;
  /** Objects to send. */
  readonly objects: number;
}

/** Told of what was sent. */
export interface SendObserver {
  sent(bytes: number, objects: number): void;
}

// Below this part of a pack that is missing, what is missing is packed anew.
const WORTH_WHOLE = 0.5;
const BATCH_BYTES = 32 * 1024 * 1024;
// Each may be read into memory by the plugin in parts of some MB.
const MOST_AT_ONCE = 16;
// Several parts of each are sent at once.
const MOST_LARGE_AT_ONCE = 4;

/** Splits what an outbox holds into loose objects and packs. */
export async function heldObjects(
  keys: readonly StoredObject[],
  entriesOf: (pack: Digest) => Promise<readonly PackEntry[]>,
): Promise<HeldObjects> {
  const loose = keys.filter(({ key }) => digestOfObjectKey(key) !== undefined);
  const packs: (StoredObject & { entries: readonly PackEntry[] })[] = [];
  for (const object of keys) {
    const pack = digestOfPackKey(object.key);
    if (pack !== undefined) packs.push({ ...object, entries: await entriesOf(pack) });
  }
  return { loose, packs };
}

/** Decides what is to be sent: one question about all objects tells what the storage has. */
export async function planObjects(
  remote: Store,
  { loose, packs }: HeldObjects,
  options: OperationOptions,
): Promise<ObjectPlan> {
  const digests = [
    ...loose.map(({ key }) => digestOfObjectKey(key)!),
    ...packs.flatMap(({ entries }) => entries.map(({ digest }) => digest)),
  ];
  const present = digests.length === 0
    ? new Set<Digest>()
    : await remote.catalog.present(digests, { ...options, lasting: true, fresh: true });
  const whole: HeldObjects["packs"][number][] = [];
  const parts: { pack: StoredObject; missing: readonly PackEntry[] }[] = [];
  for (const pack of packs) {
    const missing = pack.entries.filter(({ digest }) => !present.has(digest));
    const bytes = missing.reduce((sum, { length }) => sum + length, 0);
    // A pack whose index cannot be read is sent as it is: its own check tells whether it is whole.
    if (pack.entries.length === 0 || bytes > pack.size * WORTH_WHOLE) whole.push(pack);
    else parts.push({ pack, missing });
  }
  const alone = loose.filter(({ key }) => !present.has(digestOfObjectKey(key)!));
  return {
    loose: alone,
    whole,
    parts,
    bytes: [...alone, ...whole].reduce((sum, { size }) => sum + size, 0) +
      parts.reduce((sum, { missing }) => sum + missing.reduce((all, { length }) => all + length, 0), 0),
    objects: alone.length + whole.reduce((sum, { entries }) => sum + entries.length, 0) +
      parts.reduce((sum, { missing }) => sum + missing.length, 0),
  };
}

/**
 * Sends objects. What may name others goes last, so that at no time something is in the storage whose parts are not.
 *
 * @returns Objects and packs whose bytes here are wrong; of a pack that is not sent whole, the rest is sent.
 */
export async function sendObjects(
  held: Storage,
  remote: Store,
  plan: ObjectPlan,
  options: OperationOptions & { readonly observer: SendObserver },
): Promise<readonly StoredObject[]> {
  const { observer, ...scope } = options;
  const limit = Math.min(remote.storage.capabilities.maxConcurrency, MOST_AT_ONCE);
  const wrong = new Set<StoredObject>();
  const unlessWrong = async (object: StoredObject, send: () => Promise<void>) => {
    try {
      await send();
    } catch (error) {
      if (!(error instanceof CorruptionError) || error.code !== "object_corrupt") throw error;
      wrong.add(object);
    }
  };
  using files = new CheckedFiles();
  const sendLoose = async (objects: readonly StoredObject[]) => {
    const send = (object: StoredObject) =>
      unlessWrong(object, async () => {
        const digest = digestOfObjectKey(object.key)!;
        await remote.putObject(digest, heldBody(held, object, digest, files), scope);
        observer.sent(object.size, 1);
      });
    const isLarge = ({ size }: StoredObject) => size >= CHECKED_FROM_BYTES;
    await mapConcurrent(objects.filter(isLarge), Math.min(limit, MOST_LARGE_AT_ONCE), send);
    await mapConcurrent(objects.filter((object) => !isLarge(object)), limit, send);
  };
  const [naming, plain] = await partition(plan.loose, limit, (object) => mayName(held, object, scope));
  await mapConcurrent(plan.whole, limit, (pack) =>
    unlessWrong(pack, async () => {
      const digest = digestOfPackKey(pack.key)!;
      await remote.putPack(digest, heldBody(held, pack, digest, files), pack.entries, scope);
      observer.sent(pack.size, pack.entries.length);
    }));
  await sendParts(held, remote, plan.parts, { ...options, onWrong: (pack) => wrong.add(pack) });
  await sendLoose(plain);
  await sendLoose(naming);
  return [...wrong];
}

/** Packs objects of several packs anew, some MB at a time. */
async function sendParts(
  held: Storage,
  remote: Store,
  parts: ObjectPlan["parts"],
  { observer, onWrong, ...options }: OperationOptions & {
    readonly observer: SendObserver;
    readonly onWrong: (pack: StoredObject) => void;
  },
): Promise<void> {
  let batch: { bytes: Uint8Array; mediaType: string }[] = [], size = 0;
  const flush = async () => {
    if (batch.length === 0) return;
    await remote.putMany(batch, options);
    observer.sent(size, batch.length);
    batch = [];
    size = 0;
  };
  for (const { pack, missing } of parts) {
    for (const entry of missing) {
      const { length } = entry;
      const bytes = await readEntry(held, pack, entry, options);
      if (bytes === undefined) {
        onWrong(pack);
        continue;
      }
      batch.push({ bytes, mediaType: "application/octet-stream" });
      if ((size += length) >= BATCH_BYTES) await flush();
    }
  }
  await flush();
}

/** An object of a pack; `undefined` if its bytes are not those, or cannot be read. */
export async function readEntry(
  held: Storage,
  pack: StoredObject,
  { digest, offset, length }: PackEntry,
  options: OperationOptions,
): Promise<Uint8Array | undefined> {
  try {
    const bytes = length === 0
      ? new Uint8Array()
      : await readAll(await held.get(pack.key, { ...options, range: { offset, length } }));
    return digestOf(bytes) === digest ? bytes : undefined;
  } catch (error) {
    if (error instanceof StorageError) return undefined;
    throw error;
  }
}

/** Whether an object may name others: manifests, records and images begin as JSON does. */
async function mayName(
  held: Storage,
  { key, size }: StoredObject,
  options: OperationOptions,
): Promise<boolean> {
  if (size === 0) return false;
  try {
    const [first] = await readAll(await held.get(key, { ...options, range: { offset: 0, length: 1 } }));
    return first === "{".charCodeAt(0);
  } catch (error) {
    // Sending it tells what is wrong with it.
    if (error instanceof StorageError) return true;
    throw error;
  }
}

async function partition<T>(
  items: readonly T[],
  limit: number,
  test: (item: T) => Promise<boolean>,
): Promise<[yes: T[], no: T[]]> {
  const results = await mapConcurrent(items, limit, test);
  return [items.filter((_, i) => results[i]), items.filter((_, i) => !results[i])];
}
