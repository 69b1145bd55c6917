import { createHash } from "node:crypto";
import type { StoreMarker } from "../format/store_marker_format.ts";
import { digestOf } from "../format/digest_of.ts";
import type { Descriptor } from "../model/descriptor.ts";
import { type Digest, parseDigest } from "../model/digest.ts";
import type { OperationOptions } from "../plugin/context.ts";
import {
  bytesBody,
  isStorageError,
  type ObjectBody,
  type Storage,
  type StorageKey,
  type StoredObject,
} from "../plugin/storage.ts";
import { type CheckOptions, checkStore, type Finding } from "./check.ts";
import { mapConcurrent } from "./concurrent.ts";
import { extractFiles, type FileToWrite } from "./extract_files.ts";
import { ImportedObjects } from "./imports.ts";
import { type IngestedFile, ingestFiles } from "./ingest_files.ts";
import { HoldingCatalog } from "./holding_catalog.ts";
import { listKnown } from "./list_known.ts";
import { readKnownMarker, readMarker } from "./marker.ts";
import { ObjectCatalog, type PresenceOptions } from "./object_catalog.ts";
import { ObjectReading } from "./object_reading.ts";
import { LocalKnowledge } from "./local_knowledge.ts";
import { layOut, packOf } from "./lay_out.ts";
import type { PackEntry } from "./pack_format.ts";
import { putObject, putPack } from "./put_object.ts";
import { pathBody, removeStaleStaging, Spool } from "./staging.ts";
import type { BulkOptions, StoreOptions } from "./store_options.ts";
import { readAll } from "./verified_stream.ts";
import { OutboxStorage } from "./wrap/outbox.ts";

export type { BulkOptions, StoreOptions } from "./store_options.ts";

// A pack is closed once it has this much, so that it stays well under the most that the marker allows.
const PACK_TARGET_BYTES = 32 * 1024 * 1024;

/**
 * Opens the store in a storage; an empty storage becomes a store.
 *
 * @throws {UserError} `store_marker_newer` if a newer aero made it.
 * @throws {CorruptionError} `store_marker_invalid`.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { storage, signal } = options;
  const marker = await readKnownMarker(storage, signal);
  await Deno.mkdir(options.scratchDirectory, { recursive: true });
  removeStaleStaging(storage.capabilities.stagingDirectory ?? options.scratchDirectory);
  const index = LocalKnowledge.open(options.index);
  try {
    const catalog = storage instanceof OutboxStorage
      ? await HoldingCatalog.open(storage, index)
      : new ObjectCatalog(storage, index);
    return new Store(options, marker, index, catalog);
  } catch (error) {
    index[Symbol.dispose]();
    throw error;
  }
}

/**
 * Content-addressed objects in a storage. What is read is checked against its digest; what is stored already is not
 * stored again. Calls may be made at the same time, also by several processes on one storage.
 */
export class Store implements AsyncDisposable {
  /** What the store's objects and documents lie in. */
  readonly storage: Storage;
  /** Local knowledge; may be asked for documents that the storage has just listed. */
  readonly knowledge: LocalKnowledge;
  /** Presence of objects. */
  readonly catalog: ObjectCatalog;
  /** Objects under this size lie in packs; bytes. */
  readonly packBelowBytes: number;
  /** A pack is closed when it has this many bytes. */
  readonly packTargetBytes: number;
  /** Most Workers to use. */
  readonly workers: number;
  /** Where files on their way into the storage lie. */
  readonly stagingDirectory: string;
  readonly #options: StoreOptions;
  readonly #signal: AbortSignal;
  readonly #sources: ObjectReading;

  /** Use {@link openStore}. */
  constructor(options: StoreOptions, marker: StoreMarker, index: LocalKnowledge, catalog: ObjectCatalog) {
    this.storage = options.storage;
    this.knowledge = index;
    this.catalog = catalog;
    this.packBelowBytes = marker.packBelowBytes;
    this.packTargetBytes = Math.min(PACK_TARGET_BYTES, marker.packMaxBytes / 2);
    this.workers = options.workers ?? Math.min(4, navigator.hardwareConcurrency);
    this.stagingDirectory = options.storage.capabilities.stagingDirectory ?? options.scratchDirectory;
    this.#options = options;
    this.#signal = options.signal;
    this.#sources = new ObjectReading({
      storage: this.storage,
      catalog,
      local: options.local,
      imported: options.openSource && new ImportedObjects(this, options.openSource),
    });
  }

  /** The outbox and the storage as one, where work can go on without the storage. */
  get outbox(): OutboxStorage | undefined {
    return this.storage instanceof OutboxStorage ? this.storage : undefined;
  }

  /**
   * The store in the storage alone, without what waits here; it shares what is open with this one.
   *
   * @throws {StorageError} `unavailable` and others: the storage is asked.
   */
  async inStorageAlone(): Promise<Store> {
    const storage = this.outbox?.remote;
    if (storage === undefined) return this;
    const marker = await readMarker(storage, this.#signal);
    const catalog = new ObjectCatalog(storage, this.knowledge);
    return new Store({ ...this.#options, storage }, marker, this.knowledge, catalog);
  }

  /** Whether the storage is not asked, so that what it holds may not be known. */
  get isAway(): boolean {
    return this.outbox?.isAway ?? false;
  }

  /** What `work` gives; `undefined` if that is not known since the storage is away. */
  async unlessAway<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (this.isAway && isStorageError(error, "unavailable")) return undefined;
      throw error;
    }
  }

  /** Lists documents: all of them, or those that are known if the storage is away. */
  list(prefix: string, options: OperationOptions = {}): AsyncIterable<StoredObject> {
    return listKnown(this.storage, prefix, this.#scope(options));
  }

  /** Keeps a copy of an object on this machine, where copies are kept. */
  async keepLocally(digest: Digest, bytes: Uint8Array): Promise<void> {
    await this.#options.local?.keep(digest, bytes);
  }

  /** Stores bytes as one object. */
  async putBytes(bytes: Uint8Array, mediaType: string, options: OperationOptions = {}): Promise<Descriptor> {
    const digest = digestOf(bytes);
    const known = this.catalog.isNoted(digest) ||
      (bytes.length > 65_536 && await this.has(digest, { ...options, lasting: true }));
    if (!known) await this.putObject(digest, bytesBody(bytes), options);
    return { mediaType, digest, size: bytes.length };
  }

  /** Stores many bytes in few requests: small ones together. Descriptors come in the items' order. */
  async putMany(
    items: readonly { readonly bytes: Uint8Array; readonly mediaType: string }[],
    options: OperationOptions = {},
  ): Promise<Descriptor[]> {
    const descriptors = items.map(({ bytes, mediaType }) => ({
      mediaType,
      digest: digestOf(bytes),
      size: bytes.length,
    }));
    const digests = descriptors.map(({ digest }) => digest);
    const present = await this.catalog.present(digests, { ...this.#scope(options), lasting: true });
    const missing = new Map<Digest, Uint8Array>();
    descriptors.forEach(({ digest }, i) => present.has(digest) || missing.set(digest, items[i]!.bytes));
    const { single, packs } = layOut(missing, this);
    await mapConcurrent(
      single,
      this.storage.capabilities.maxConcurrency,
      ({ digest, bytes }) => this.putObject(digest, bytesBody(bytes), options),
    );
    for (const objects of packs) {
      const { bytes, entries } = packOf(objects);
      await this.putPack(digestOf(bytes), bytesBody(bytes), entries, options);
    }
    return descriptors;
  }

  /**
   * Stores the contents of files; results come in the paths' order. Memory stays flat.
   *
   * @throws {UserError} `file_changed` if a file changes while it is read, `file_unreadable`, `file_special`.
   */
  async putFiles(paths: readonly string[], options: BulkOptions = {}): Promise<IngestedFile[]> {
    return await ingestFiles(this, paths, { ...options, ...this.#scope(options) });
  }

  /** Stores what a stream gives; it is spooled to a file while it is hashed. */
  async putStream(
    stream: ReadableStream<Uint8Array>,
    mediaType: string,
    options: OperationOptions = {},
  ): Promise<Descriptor> {
    const { signal } = this.#scope(options);
    using spool = new Spool(this.stagingDirectory);
    const hash = createHash("sha256");
    for await (const chunk of stream) {
      signal.throwIfAborted();
      hash.update(chunk);
      spool.write(chunk);
    }
    spool.close();
    const digest = parseDigest(`sha256:${hash.digest("hex")}`);
    if (!await this.has(digest, { ...options, lasting: true })) {
      await this.putObject(digest, pathBody(spool.path, spool.size), options);
    }
    return { mediaType, digest, size: spool.size };
  }

  /** Whether an object is stored. */
  async has(digest: Digest, options: PresenceOptions = {}): Promise<boolean> {
    return (await this.hasMany([digest], options)).size > 0;
  }

  /** Which of these are stored. */
  async hasMany(digests: readonly Digest[], options: PresenceOptions = {}): Promise<Set<Digest>> {
    return await this.catalog.present(digests, { ...options, ...this.#scope(options), fresh: true });
  }

  /**
   * All bytes of an object.
   *
   * @throws {CorruptionError} `object_corrupt`, `object_missing`.
   */
  async getBytes(
    object: Digest | Descriptor,
    options: OperationOptions = {},
  ): Promise<Uint8Array<ArrayBuffer>> {
    const expected = typeof object === "string" ? { digest: object } : object;
    return await this.#sources.bytes(expected, this.#scope(options));
  }

  /**
   * Opens an object. The stream ends well only if size and digest are right.
   *
   * @throws {CorruptionError} `object_missing`; `object_corrupt` while it is read.
   */
  async open(descriptor: Descriptor, options: OperationOptions = {}): Promise<ReadableStream<Uint8Array>> {
    return await this.#sources.open(descriptor, this.#scope(options));
  }

  /**
   * Writes objects to files that do not exist yet, read-only; folders must exist. A file that is there at the end
   * of the call is right.
   *
   * @throws {CorruptionError} `object_corrupt`, `object_missing`.
   */
  async getFiles(items: readonly FileToWrite[], options: BulkOptions = {}): Promise<void> {
    await extractFiles(this, items, { ...options, ...this.#scope(options) });
  }

  /** The bytes of a document, which is not addressed by digest. @throws {StorageError} as {@link Storage.get}. */
  async readDocument(key: StorageKey, options: OperationOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    return await readAll(await this.storage.get(key, this.#scope(options)));
  }

  /** Reads everything, and tells of each thing that is not as it must be. */
  check(options: CheckOptions = {}): AsyncIterable<Finding> {
    return checkStore(this, { ...options, ...this.#scope(options) });
  }

  /** Puts one object under its own key. The caller has hashed the body. */
  async putObject(digest: Digest, body: ObjectBody, options: OperationOptions = {}): Promise<void> {
    await putObject(this, digest, body, this.#scope(options));
  }

  /** Puts a pack. The caller has hashed the body. */
  async putPack(
    digest: Digest,
    body: ObjectBody,
    entries: readonly PackEntry[],
    options: OperationOptions = {},
  ): Promise<void> {
    await putPack(this, digest, body, entries, this.#scope(options));
  }

  #scope(options: OperationOptions): { readonly signal: AbortSignal } {
    return { signal: options.signal ? AbortSignal.any([this.#signal, options.signal]) : this.#signal };
  }

  // deno-lint-ignore require-await
  async [Symbol.asyncDispose](): Promise<void> {
    this.knowledge[Symbol.dispose]();
  }
}
