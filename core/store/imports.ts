import { digestOf } from "../format/digest_of.ts";
import { readImport, writeImport } from "../format/import_format.ts";
import type { Digest } from "../model/digest.ts";
import { digestHex } from "../model/digest.ts";
import type { DataOrigin, ImportedFile, ImportRecord } from "../model/import.ts";
import type { OperationOptions } from "../plugin/context.ts";
import type { DataSource } from "../plugin/data_source.ts";
import { bytesBody } from "../plugin/storage.ts";
import { listDocuments } from "./documents.ts";
import { importKey, PREFIX } from "./keys.ts";
import { putIfAbsent } from "./marker.ts";
import { SharedWork } from "./shared_work.ts";
import type { Store } from "./store.ts";

/** Opens the place that data came from; who calls it often gets the same one. It stays the giver's to close. */
export type OpenSource = (origin: DataOrigin) => Promise<DataSource>;

const RECORDS = /^imports\/[0-9a-f]{64}\/[0-9a-f]{64}\.json$/;

/** Stores the record of an import. What it lists is stored or stays at its source. @returns The record's digest. */
export async function putImport(
  store: Store,
  record: ImportRecord,
  options: { readonly signal: AbortSignal },
): Promise<Digest> {
  const bytes = writeImport(record);
  const digest = digestOf(bytes);
  await putIfAbsent(store.storage, importKey(record.manifest, digest), bytesBody(bytes), options);
  return digest;
}

/** The records of all imports, or of those that gave one manifest; in no order. */
export async function listImports(
  store: Store,
  options: OperationOptions & { readonly manifest?: Digest } = {},
): Promise<ImportRecord[]> {
  const { manifest } = options;
  const prefix = manifest === undefined ? PREFIX.imports : `${PREFIX.imports}${digestHex(manifest)}/`;
  const documents = await listDocuments(store, prefix, RECORDS, options);
  return documents.map(({ bytes }) => readImport(bytes));
}

/** Where objects are that the storage need not have, because their import left them in place. */
export class ImportedObjects {
  readonly #store: Store;
  readonly #openSource: OpenSource;
  readonly #places: SharedWork<Map<Digest, ImportedPlace[]>>;

  constructor(store: Store, openSource: OpenSource) {
    this.#store = store;
    this.#openSource = openSource;
    this.#places = new SharedWork((signal) => this.#look({ signal }));
  }

  /** Whether it has been looked at yet which objects are elsewhere; that is one listing and a read for each import. */
  get looked(): boolean {
    return this.#places.isBegun;
  }

  /**
   * Opens an object at its source; the caller checks the bytes.
   *
   * @returns `undefined` if no import has left it in place.
   * @throws {DataSourceError} of the last source, if none has it any more.
   */
  async open(digest: Digest, options: OperationOptions): Promise<ReadableStream<Uint8Array> | undefined> {
    const places = (await this.#places.result(options.signal)).get(digest) ?? [];
    let failure: unknown;
    for (const { origin, file } of places) {
      try {
        return await (await this.#openSource(origin)).open(file, options);
      } catch (error) {
        options.signal?.throwIfAborted();
        failure = error;
      }
    }
    if (failure !== undefined) throw failure;
    return undefined;
  }

  async #look(options: OperationOptions): Promise<Map<Digest, ImportedPlace[]>> {
    const places = new Map<Digest, ImportedPlace[]>();
    for (const { inPlace, origin, files } of await listImports(this.#store, options)) {
      if (!inPlace) continue;
      for (const file of files) {
        const known = places.get(file.digest);
        if (known) known.push({ origin, file });
        else places.set(file.digest, [{ origin, file }]);
      }
    }
    return places;
  }
}

interface ImportedPlace {
  readonly origin: DataOrigin;
  readonly file: ImportedFile;
}
