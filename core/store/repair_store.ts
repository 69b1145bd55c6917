import { AeroError } from "../errors.ts";
import { digestOf } from "../format/digest_of.ts";
import type { Digest } from "../model/digest.ts";
import type { OperationOptions } from "../plugin/context.ts";
import { bytesBody, isStorageError, type StorageKey } from "../plugin/storage.ts";
import { checkContents, type CheckOptions, type Finding, type SoundObjects } from "./check.ts";
import { checkNames } from "./check_names.ts";
import { placeOf } from "./document_place.ts";
import { fetchObject } from "./fetch_object.ts";
import { digestOfPackKey, objectKey } from "./keys.ts";
import type { ObjectSource } from "./object_sources.ts";
import type { ObjectReference } from "./references.ts";
import { salvagePack } from "./salvage_pack.ts";
import type { Store } from "./store.ts";

/** Something that a repair has put right, or removed since it was of no use. */
export interface Mending {
  readonly kind: "mended" | "removed";
  /** Its key in the storage, or its digest. */
  readonly key: string;
  /** Where it was had from. */
  readonly from?: string;
}

/** What a repair tells of: damage as it is found, what was done, and in the end what is left. */
export type RepairEvent =
  | { readonly event: "found"; readonly finding: Finding }
  | { readonly event: "done"; readonly mending: Mending }
  | { readonly event: "left"; readonly finding: Finding };

// Manifests list objects, and documents name documents: each pass may show what the one before has uncovered.
const PASSES = 5;

/**
 * Checks a store and puts right what can be: damaged and missing objects are had from elsewhere and checked; what is
 * whole in a damaged pack is packed anew; documents come from other stores, records from their own bytes too.
 *
 * Safe to stop anywhere and to begin again. Nothing that is whole is changed or removed.
 */
export async function* repairStore(
  store: Store,
  sources: readonly ObjectSource[],
  options: CheckOptions = {},
): AsyncGenerator<RepairEvent> {
  const repair = new Repair(store, sources, options);
  yield* repair.contents();
  yield* repair.names();
}

class Repair {
  readonly #store: Store;
  readonly #sources: readonly ObjectSource[];
  readonly #options: CheckOptions;
  readonly #scope: OperationOptions;
  readonly #sound: SoundObjects = { sizes: new Map(), records: new Map() };
  /** Findings on objects whose own keys hold wrong bytes. */
  readonly #wrong = new Map<Digest, Finding>();
  readonly #left: Finding[] = [];

  constructor(store: Store, sources: readonly ObjectSource[], options: CheckOptions) {
    this.#store = store;
    this.#sources = sources;
    this.#options = options;
    this.#scope = options.signal === undefined ? {} : { signal: options.signal };
  }

  async *contents(): AsyncGenerator<RepairEvent> {
    const packs = new Map<string, Finding[]>();
    for await (const finding of checkContents(this.#store, this.#sound, this.#options)) {
      yield { event: "found", finding };
      if (finding.kind === "key_unknown") this.#left.push(finding);
      else if (digestOfPackKey(finding.key) === undefined) this.#wrong.set(finding.digest!, finding);
      else packs.set(finding.key, [...packs.get(finding.key) ?? [], finding]);
    }
    if (packs.size > 0) await this.#store.catalog.refreshPacks(this.#scope);
    for (const [key, findings] of packs) yield* this.#pack(key as StorageKey, findings);
    for (const [digest, finding] of [...this.#wrong]) {
      if (this.#sound.sizes.has(digest)) {
        // It is whole in a pack.
        await this.#store.storage.delete(objectKey(digest), this.#scope);
        this.#wrong.delete(digest);
        yield done({ kind: "removed", key: finding.key });
      } else yield* this.#object({ digest }, finding.key);
    }
  }

  async *#pack(key: StorageKey, findings: readonly Finding[]): AsyncGenerator<RepairEvent> {
    const { whole, lost, isKnown } = await salvagePack(this.#store, key, this.#scope);
    if (!isKnown) return void this.#left.push(...findings);
    for (const { digest, length } of whole) this.#sound.sizes.set(digest, length);
    for (const { digest, length } of lost) {
      if (!this.#sound.sizes.has(digest)) yield* this.#object({ digest, size: length }, digest);
    }
    await this.#store.storage.delete(key, this.#scope);
    await this.#store.catalog.refreshPacks(this.#scope);
    yield done({ kind: "removed", key });
  }

  /** Has an object from elsewhere; that it cannot be had is told of when a name lacks it. */
  async *#object(object: ObjectReference, key: string): AsyncGenerator<RepairEvent> {
    const { digest } = object;
    const replace = this.#wrong.has(digest);
    const fetched = await fetchObject(this.#store, object, this.#sources, { ...this.#scope, replace });
    if (fetched === undefined) return;
    this.#wrong.delete(digest);
    this.#sound.sizes.set(digest, fetched.size);
    yield done({ kind: "mended", key, from: fetched.from });
  }

  async *names(): AsyncGenerator<RepairEvent> {
    const told = new Set<string>();
    let remaining: Finding[] = [];
    for (let pass = 0; pass < PASSES; pass++) {
      remaining = await Array.fromAsync(checkNames(this.#store, this.#sound, this.#options));
      for (const finding of remaining) {
        if (!told.has(finding.message)) yield { event: "found", finding };
        told.add(finding.message);
      }
      let mended = 0;
      for (const finding of new Map(remaining.map((finding) => [finding.key, finding])).values()) {
        for await (const event of this.#name(finding)) {
          mended++;
          yield event;
        }
      }
      if (mended === 0) break;
    }
    yield* await this.#dropUseless(remaining);
    for (const finding of [...this.#left, ...this.#wrong.values(), ...remaining]) {
      yield { event: "left", finding };
    }
  }

  async *#name(finding: Finding): AsyncGenerator<RepairEvent> {
    const { kind, key, digest, size } = finding;
    if (kind === "object_missing" && digest !== undefined) {
      if (this.#sound.sizes.has(digest)) return;
      yield* this.#object({ digest, ...(size === undefined ? {} : { size }) }, key);
    } else if (kind === "document_corrupt" || kind === "document_missing" || kind === "label_gap") {
      const from = await this.#document(key as StorageKey);
      if (from !== undefined) yield done({ kind: "mended", key, from });
    }
  }

  /** Stores a document again, from its own object if it is a record; where it was had from. */
  async #document(key: StorageKey): Promise<string | undefined> {
    const record = this.#sound.records.get(key);
    if (record !== undefined) {
      const bytes = await this.#store.getBytes(record.digest, this.#scope);
      return await this.#putDocument(key, bytes) ? "its own bytes among the objects" : undefined;
    }
    const now = await this.#read(key);
    for (const source of this.#sources) {
      const bytes = await source.document(key, this.#scope);
      if (bytes === undefined || !isRight(key, bytes)) continue;
      if (now !== undefined && digestOf(now) === digestOf(bytes)) continue;
      return await this.#putDocument(key, bytes) ? source.name : undefined;
    }
    return undefined;
  }

  async #read(key: StorageKey): Promise<Uint8Array | undefined> {
    try {
      return await this.#store.readDocument(key, this.#scope);
    } catch (error) {
      if (error instanceof AeroError && !("retryable" in error && error.retryable)) return undefined;
      throw error;
    }
  }

  /** Whether the storage took it: something that is no object may be in its place. */
  async #putDocument(key: StorageKey, bytes: Uint8Array): Promise<boolean> {
    try {
      await this.#store.storage.put(key, bytesBody(bytes), this.#scope);
      return true;
    } catch (error) {
      if (isStorageError(error, "denied")) return false;
      throw error;
    }
  }

  /** What is wrong and nobody lacks goes: under the key of an object it keeps others from storing the right bytes. */
  async #dropUseless(remaining: readonly Finding[]): Promise<RepairEvent[]> {
    const listed = new Set(remaining.map(({ digest }) => digest));
    const events: RepairEvent[] = [];
    for (const [digest, { key }] of [...this.#wrong]) {
      if (listed.has(digest)) continue;
      await this.#store.storage.delete(key as StorageKey, this.#scope);
      this.#wrong.delete(digest);
      events.push(done({ kind: "removed", key }));
    }
    const lacks = remaining.some(({ kind }) => kind === "object_missing");
    for (const key of lacks ? [] : new Set(this.#left.map(({ key }) => key))) {
      // Nobody can tell what such a pack holds, and nobody lacks it.
      if (digestOfPackKey(key) === undefined || !await this.#removed(key as StorageKey)) continue;
      this.#left.splice(0, Infinity, ...this.#left.filter((finding) => finding.key !== key));
      events.push(done({ kind: "removed", key }));
    }
    return events;
  }

  /** Whether the storage let go of it: something that is no object may be in its place. */
  async #removed(key: StorageKey): Promise<boolean> {
    try {
      await this.#store.storage.delete(key, this.#scope);
      return true;
    } catch (error) {
      if (isStorageError(error, "denied")) return false;
      throw error;
    }
  }
}

function isRight(key: string, bytes: Uint8Array): boolean {
  try {
    return placeOf(key, bytes) === key;
  } catch (error) {
    if (error instanceof AeroError) return false;
    throw error;
  }
}

function done(mending: Mending): RepairEvent {
  return { event: "done", mending };
}
