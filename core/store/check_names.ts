import { AeroError } from "../errors.ts";
import { digestOf } from "../format/digest_of.ts";
import { readImport } from "../format/import_format.ts";
import type { Descriptor } from "../model/descriptor.ts";
import type { Digest } from "../model/digest.ts";
import { MEDIA_TYPE } from "../model/descriptor.ts";
import type { OperationOptions } from "../plugin/context.ts";
import { isStorageError, type StorageKey } from "../plugin/storage.ts";
import { type CheckOptions, type Finding, type SoundObjects, unlessUnreadable } from "./check.ts";
import { placeOf } from "./document_place.ts";
import { PREFIX } from "./keys.ts";
import { mapStream } from "./map_stream.ts";
import { NAME_PREFIXES, type ObjectReference, objectsOfImage, referencesOf } from "./references.ts";
import { readManifest } from "../format/manifest_format.ts";
import { filesOf } from "../model/manifest.ts";
import type { Store } from "./store.ts";

const AT_ONCE = 16;
// After so long whoever stored the bytes of a record has put it under its key, or never will.
const UNNAMED_MS = 3_600_000;

/** Checks that all that documents name is there. */
export async function* checkNames(
  store: Store,
  sound: SoundObjects,
  options: CheckOptions,
): AsyncGenerator<Finding> {
  const check = new NameCheck(store, sound, options);
  const scope = options.signal === undefined ? {} : { signal: options.signal };
  for (const prefix of [...NAME_PREFIXES, PREFIX.collections]) {
    for await (const { key } of store.storage.list(prefix, scope)) check.keys.add(key);
  }
  await check.readImports();
  const limit = Math.min(store.storage.capabilities.maxConcurrency, AT_ONCE);
  for await (const findings of mapStream([...check.keys], limit, (key) => check.document(key))) {
    yield* findings;
    yield* check.findings.splice(0);
  }
  check.labelGaps();
  yield* check.findings;
  yield* await check.unnamedRecords();
}

class NameCheck {
  readonly keys = new Set<string>();
  readonly findings: Finding[] = [];
  readonly #store: Store;
  readonly #sound: SoundObjects;
  readonly #now: () => number;
  readonly #options: OperationOptions;
  readonly #seen = new Set<Digest>();
  /** Objects that need not be stored: they stay where they were imported from. */
  readonly #elsewhere = new Set<Digest>();

  constructor(store: Store, sound: SoundObjects, options: CheckOptions) {
    this.#store = store;
    this.#sound = sound;
    this.#now = options.now ?? Date.now;
    this.#options = options.signal === undefined ? {} : { signal: options.signal };
  }

  /** Reads which objects are elsewhere; an import that cannot be read is told of later. */
  async readImports(): Promise<void> {
    for (const key of this.keys) {
      if (!key.startsWith(PREFIX.imports)) continue;
      await unlessUnreadable(key, "document_corrupt", undefined, async () => {
        const { inPlace, files } = readImport(await this.#read(key));
        if (inPlace) { for (const { digest } of files) this.#elsewhere.add(digest); }
        return [];
      });
    }
  }

  async document(key: string): Promise<Finding[]> {
    if (/^gc\/[0-9A-Za-z-]+\.(?:done|begun|damaged)$/.test(key)) return [];
    return await unlessUnreadable(key, "document_corrupt", undefined, async () => {
      const bytes = await this.#read(key);
      try {
        await this.#document(key, bytes);
      } catch (error) {
        if (!(error instanceof AeroError) || error.kind === "outside") throw error;
        this.#note("document_corrupt", key, `${key}: ${error.message}`);
      }
      return [];
    });
  }

  async #document(key: string, bytes: Uint8Array): Promise<void> {
    const place = placeOf(key, bytes);
    if (key.startsWith(PREFIX.collections)) return;
    const references = referencesOf(key, bytes);
    if (place === undefined || references === undefined) {
      return this.#note("key_unknown", key, `${key} is not a key of a store`);
    }
    if (place !== key) this.#note("document_corrupt", key, `${key} holds what belongs at ${place}`);
    if (key.endsWith("/record.json") && !this.#sound.sizes.has(digestOf(bytes))) {
      this.#note("document_corrupt", key, `the bytes of ${key} are not those that were stored`);
    }
    for (const wanted of references.documents) this.#mustHave(key, wanted);
    for (const object of references.objects) this.#object(key, object);
    for (const manifest of references.manifests) await this.#tree(key, manifest);
    for (const manifest of references.images) await this.#image(key, manifest);
  }

  async #tree(key: string, manifest: ObjectReference): Promise<void> {
    if (!this.#object(key, manifest) || this.#isSeen(manifest)) return;
    const content = readManifest(await this.#bytes(manifest));
    for (const file of filesOf(content)) this.#object(key, file, file.path);
  }

  async #image(key: string, manifest: ObjectReference): Promise<void> {
    if (!this.#object(key, manifest) || this.#isSeen(manifest)) return;
    for (const object of objectsOfImage(await this.#bytes(manifest))) this.#object(key, object);
  }

  async #bytes({ digest, size }: ObjectReference): Promise<Uint8Array> {
    const object: Digest | Descriptor = size === undefined
      ? digest
      : { mediaType: MEDIA_TYPE.manifest, digest, size };
    return await this.#store.getBytes(object, this.#options);
  }

  #read(key: string): Promise<Uint8Array> {
    return this.#store.readDocument(key as StorageKey, this.#options);
  }

  #isSeen({ digest }: ObjectReference): boolean {
    const seen = this.#seen.has(digest);
    this.#seen.add(digest);
    return seen;
  }

  #object(by: string, object: ObjectReference, path?: string): boolean {
    const { digest, size: wanted } = object;
    const size = this.#sound.sizes.get(digest);
    if (size !== undefined && (wanted === undefined || size === wanted)) return true;
    if (size === undefined && this.#elsewhere.has(digest)) return true;
    const state = size === undefined ? "is not stored whole" : `has ${size} bytes`;
    const lists = wanted === undefined ? digest : `${digest} of ${wanted} bytes`;
    this.findings.push({
      kind: "object_missing",
      key: digest,
      digest,
      ...(wanted === undefined ? {} : { size: wanted }),
      by,
      ...(path === undefined ? {} : { path }),
      message: `${path === undefined ? by : `${by} (${path})`} lists ${lists}, which ${state}`,
    });
    return false;
  }

  #mustHave(key: string, wanted: string): void {
    if (!this.keys.has(wanted)) {
      const message = `${key} names ${wanted}, which is not there`;
      this.findings.push({ kind: "document_missing", key: wanted, by: key, message });
    }
  }

  #note(kind: Finding["kind"], key: string, message: string): void {
    this.findings.push({ kind, key, message });
  }

  labelGaps(): void {
    for (const key of this.keys) {
      const label = /^(artifacts\/[^/]+\/[^/]+)\/v([1-9][0-9]*)\.json$/.exec(key);
      const before = label && `${label[1]}/v${Number(label[2]) - 1}.json`;
      if (!before || label[2] === "1" || this.keys.has(before)) continue;
      this.#note("label_gap", before, `${key} is there, and ${before} is not`);
    }
  }

  /** Records whose bytes are stored while there is nothing, or no file, under their keys. */
  async unnamedRecords(): Promise<Finding[]> {
    const findings: Finding[] = [];
    for (const [key, { storedAt }] of this.#sound.records) {
      if (this.keys.has(key) || this.#now() - storedAt < UNNAMED_MS) continue;
      const message = `the bytes of ${key} are stored, and it is not there`;
      try {
        if (await this.#store.storage.stat(key as StorageKey, this.#options)) continue;
      } catch (error) {
        if (!isStorageError(error, "denied")) throw error;
      }
      findings.push({ kind: "document_missing", key, message });
    }
    return findings;
  }
}
