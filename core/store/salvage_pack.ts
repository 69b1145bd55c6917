import type { OperationOptions } from "../plugin/context.ts";
import { CorruptionError } from "../errors.ts";
import { isStorageError, type StorageKey } from "../plugin/storage.ts";
import { type CheckedEntry, readPack } from "./check_reading.ts";
import { digestOf } from "../format/digest_of.ts";
import { digestOfPackKey } from "./keys.ts";
import type { PackEntry } from "./pack_format.ts";
import { rewritePacks } from "./rewrite_packs.ts";
import type { Store } from "./store.ts";
import { readAll } from "./verified_stream.ts";

/** What became of the objects of a damaged pack. */
export interface Salvaged {
  /** Whether it is known what the pack held. */
  readonly isKnown: boolean;
  /** Stored again, in another pack. */
  readonly whole: readonly PackEntry[];
  readonly lost: readonly PackEntry[];
}

const UNKNOWN: Salvaged = { isKnown: false, whole: [], lost: [] };

/**
 * Packs anew what is whole in a damaged pack. Where its index cannot be read, local knowledge may have it; each object
 * is checked against its digest either way.
 */
export async function salvagePack(
  store: Store,
  key: StorageKey,
  options: OperationOptions,
): Promise<Salvaged> {
  const pack = digestOfPackKey(key)!;
  // Asked before others look, who would find that it cannot be read.
  const known = store.knowledge.entriesOf(pack);
  let entries: readonly CheckedEntry[];
  try {
    const object = await store.storage.stat(key, options);
    if (object === undefined) return UNKNOWN;
    const read = await readPack(store.storage, pack, object, options);
    entries = read.fault === undefined ? read.entries : await checkKnown(store, key, known, options);
  } catch (error) {
    // Some services know themselves that what they hold is damaged, and give none of it.
    if (isStorageError(error, "denied") || error instanceof CorruptionError) return UNKNOWN;
    throw error;
  }
  if (entries.length === 0) return UNKNOWN;
  const whole = entries.filter(({ digest, found }) => digest === found);
  const object = { key, size: 0, modifiedAt: 0 };
  for await (const { damage } of rewritePacks(store, [{ object, entries: whole }], options)) {
    if (damage) return UNKNOWN;
  }
  return { isKnown: true, whole, lost: entries.filter(({ digest, found }) => digest !== found) };
}

async function checkKnown(
  store: Store,
  key: StorageKey,
  known: readonly PackEntry[],
  options: OperationOptions,
): Promise<CheckedEntry[]> {
  if (known.length === 0) return [];
  const bytes = await readAll(await store.storage.get(key, options));
  return known.map((entry) => ({
    ...entry,
    found: digestOf(bytes.subarray(entry.offset, entry.offset + entry.length)),
  }));
}
