import { UserError } from "../errors.ts";
import { readAlias } from "../format/alias_format.ts";
import { digestOf } from "../format/digest_of.ts";
import { readKeptImage } from "../format/image_format.ts";
import type { OperationOptions } from "../plugin/context.ts";
import { bytesBody, isStorageError, type StorageKey } from "../plugin/storage.ts";
import { mapConcurrent } from "./concurrent.ts";
import { placeOf } from "./document_place.ts";
import { PREFIX } from "./keys.ts";
import { listSettled } from "./settled_documents.ts";
import type { Store } from "./store.ts";

/** A name to copy. */
export interface NameToCopy {
  readonly key: StorageKey;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Whether it takes the place of one that is older. */
  readonly replaces: boolean;
}

/** The names of one store, against those of another. */
export interface ComparedNames {
  /** In the order in which they are written: who names another comes after it. */
  readonly missing: readonly NameToCopy[];
  /** How many both have. */
  readonly present: number;
}

// As FORMAT.md orders writes; pins and garbage are of the storage that they are in.
const ORDER = [
  PREFIX.versions,
  PREFIX.imports,
  PREFIX.images,
  PREFIX.artifacts,
  PREFIX.runs,
  PREFIX.aliases,
] as const;
const ANY = /^/;
const LISTED = 10;

/**
 * Which names a store has that another lacks.
 *
 * @throws {UserError} `names_conflict` if both have a name that never changes, such as a label, for different things.
 */
export async function compareNames(
  from: Store,
  to: Store,
  options: OperationOptions = {},
): Promise<ComparedNames> {
  const missing: NameToCopy[] = [];
  const conflicts: string[] = [];
  let present = 0;
  for (const prefix of ORDER) {
    const there = new Map(await namesOf(to, prefix, options));
    const names: NameToCopy[] = [];
    for (const [key, bytes] of await namesOf(from, prefix, options)) {
      const other = there.get(key);
      const copy = { key, bytes: Uint8Array.from(bytes), replaces: other !== undefined };
      if (other === undefined) names.push(copy);
      else if (digestOf(other) === digestOf(bytes)) present++;
      else if (isReplaced(prefix)) {
        if (isNewer(prefix, bytes, other)) names.push(copy);
        else present++;
      } else conflicts.push(key);
    }
    // A verdict names a record, an annotation a label.
    missing.push(...names.sort((a, b) => depthOf(a.key) - depthOf(b.key)));
  }
  if (conflicts.length > 0) throw conflict(conflicts, to.storage.location);
  return { missing, present };
}

/** Writes names whose objects are stored. @returns Keys of those that are no documents, or damaged: they are left out. */
export async function copyNames(
  to: Store,
  names: readonly NameToCopy[],
  options: OperationOptions = {},
): Promise<StorageKey[]> {
  const left: StorageKey[] = [];
  const limit = to.storage.capabilities.maxConcurrency;
  // One kind after another: within a kind nothing names anything, but verdicts and annotations, which come last of theirs.
  for (const group of Map.groupBy(names, ({ key }) => `${key.split("/")[0]} ${depthOf(key)}`).values()) {
    await mapConcurrent(group, limit, async ({ key, bytes, replaces }) => {
      if (!isDocument(key, bytes)) return void left.push(key);
      try {
        await to.storage.put(key, bytesBody(bytes), { ...options, ifAbsent: !replaces });
      } catch (error) {
        if (!isStorageError(error, "exists")) throw error;
        const there = await to.readDocument(key, options);
        if (digestOf(there) !== digestOf(bytes)) throw conflict([key], to.storage.location);
      }
    });
  }
  return left;
}

async function namesOf(
  store: Store,
  prefix: string,
  options: OperationOptions,
): Promise<(readonly [StorageKey, Uint8Array])[]> {
  if (!isReplaced(prefix)) {
    const documents = await listSettled(store, prefix, ANY, options);
    return documents.map(({ object, bytes }) => [object.key, bytes]);
  }
  // Local knowledge does not see that a document was replaced by one as large within the same second.
  const keys = (await Array.fromAsync(store.storage.list(prefix, options))).map(({ key }) => key);
  const limit = store.storage.capabilities.maxConcurrency;
  return await mapConcurrent(keys, limit, async (key) => [key, await store.readDocument(key, options)]);
}

function isReplaced(prefix: string): boolean {
  return prefix === PREFIX.aliases || prefix === PREFIX.images;
}

function isDocument(key: string, bytes: Uint8Array): boolean {
  try {
    return placeOf(key, bytes) === key;
  } catch {
    return false;
  }
}

function isNewer(prefix: string, bytes: Uint8Array, other: Uint8Array): boolean {
  try {
    return prefix === PREFIX.aliases
      ? readAlias(bytes).movedAt > readAlias(other).movedAt
      : readKeptImage(other).inventory === undefined;
  } catch {
    return false;
  }
}

function depthOf(key: string): number {
  return key.split("/").length;
}

function conflict(keys: readonly string[], location: string): UserError {
  const more = keys.length > LISTED ? `, and ${keys.length - LISTED} more` : "";
  return new UserError("names_conflict", {
    what: `Cannot copy to ${location}`,
    why: `it has other content under the same names: ${keys.slice(0, LISTED).join(", ")}${more}`,
    fix: ["copy to an empty storage, or to another prefix"],
  });
}
