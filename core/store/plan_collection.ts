import type { Digest } from "../model/digest.ts";
import type { StoredObject } from "../plugin/storage.ts";
import { digestOfObjectKey } from "./keys.ts";
import type { PackEntry } from "./pack_format.ts";

/** A pack that the storage has. */
export interface StoredPack {
  readonly object: StoredObject;
  readonly entries: readonly PackEntry[];
}

/** What a collection of garbage works on. */
export interface CollectionInput {
  /** Objects under their own keys. */
  readonly objects: readonly StoredObject[];
  /** Packs whose index could be read; others are left alone. */
  readonly packs: readonly StoredPack[];
  readonly live: ReadonlySet<Digest>;
  /** Keys on lists that hold. */
  readonly condemned: ReadonlySet<string>;
  /** What is younger than this is left alone; by the storage's clock, epoch milliseconds. */
  readonly before: number;
}

/** What is to be done. */
export interface CollectionPlan {
  /** Condemned keys that something still refers to, and that no other key stands for. */
  readonly needed: ReadonlySet<string>;
  /** What nothing refers to, and that is not condemned yet. */
  readonly garbage: readonly StoredObject[];
  /** Packs that are to be written anew, with what is to be carried over; condemned afterwards. */
  readonly rewrites: readonly StoredPack[];
}

// A pack of less costs a request for little; so many of them are worth a rewrite.
const TINY_BYTES = 1024 * 1024;
const MANY_TINY = 8;
// A rewrite that frees less is not worth it; also, a pack that is like no other has a few bytes that nobody refers to.
const LEAST_FREED_BYTES = 64 * 1024;

/** Decides what is garbage. Each live object that has an uncondemned place keeps one. */
export function planCollection(input: CollectionInput): CollectionPlan {
  const { live, condemned } = input;
  const keeper = new Map<Digest, string>();
  for (const { key } of input.objects) {
    const digest = digestOfObjectKey(key);
    if (digest !== undefined && live.has(digest) && !condemned.has(key)) keeper.set(digest, key);
  }
  // The largest first, so that what lies twice stays in few, large packs.
  const packs = [...input.packs].sort((a, b) =>
    b.object.size - a.object.size || (a.object.key < b.object.key ? -1 : 1)
  );
  for (const { object: { key }, entries } of packs) {
    if (condemned.has(key)) continue;
    for (const { digest } of entries) if (live.has(digest) && !keeper.has(digest)) keeper.set(digest, key);
  }
  const isGarbage = ({ key, modifiedAt }: StoredObject) => !condemned.has(key) && modifiedAt < input.before;
  const garbage = input.objects.filter((object) => {
    const digest = digestOfObjectKey(object.key);
    return digest !== undefined && keeper.get(digest) !== object.key && isGarbage(object);
  });
  const kept: { readonly pack: StoredPack; readonly carried: PackEntry[] }[] = [];
  for (const pack of packs.filter(({ object }) => isGarbage(object))) {
    const carried = uniqueEntries(pack.entries).filter(({ digest }) =>
      keeper.get(digest) === pack.object.key
    );
    if (carried.length === 0) garbage.push(pack.object);
    else kept.push({ pack, carried });
  }
  const tiny = kept.filter(({ pack }) => pack.object.size < TINY_BYTES);
  const rewrites = kept.filter((candidate) =>
    isMostlyGarbage(candidate.pack.entries, candidate.carried) ||
    (tiny.length >= MANY_TINY && candidate.pack.object.size < TINY_BYTES)
  );
  return {
    needed: neededOf(input, keeper),
    garbage,
    rewrites: rewrites.map(({ pack: { object }, carried }) => ({ object, entries: carried })),
  };
}

function neededOf(input: CollectionInput, keeper: ReadonlyMap<Digest, string>): Set<string> {
  const needed = new Set<string>();
  const look = (key: string, digests: Iterable<Digest>) => {
    if (!input.condemned.has(key)) return;
    for (const digest of digests) if (input.live.has(digest) && !keeper.has(digest)) needed.add(key);
  };
  for (const { key } of input.objects) {
    const digest = digestOfObjectKey(key);
    if (digest !== undefined) look(key, [digest]);
  }
  for (const { object: { key }, entries } of input.packs) look(key, entries.map(({ digest }) => digest));
  return needed;
}

function isMostlyGarbage(all: readonly PackEntry[], carried: readonly PackEntry[]): boolean {
  const freed = bytesOf(all) - bytesOf(carried);
  return freed >= LEAST_FREED_BYTES && freed * 2 > bytesOf(all);
}

function bytesOf(entries: readonly PackEntry[]): number {
  return entries.reduce((sum, { length }) => sum + length, 0);
}

/** An index may hold one object twice. */
function uniqueEntries(entries: readonly PackEntry[]): PackEntry[] {
  return [...new Map(entries.map((entry) => [entry.digest, entry])).values()];
}
