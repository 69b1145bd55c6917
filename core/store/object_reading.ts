import type { Digest } from "../model/digest.ts";
import type { OperationOptions } from "../plugin/context.ts";
import { bytesBody, isStorageError, type Storage } from "../plugin/storage.ts";
import type { ImportedObjects } from "./imports.ts";
import { objectKey, packKey } from "./keys.ts";
import type { LocalObjects } from "./local_objects.ts";
import type { ObjectCatalog } from "./object_catalog.ts";
import { type Expected, objectMissing, readAll, verifiedStream } from "./verified_stream.ts";

/** Where objects may be. */
export interface ObjectPlaces {
  readonly storage: Storage;
  readonly catalog: ObjectCatalog;
  /** Copies that are asked first. */
  readonly local: LocalObjects | undefined;
  /** Objects that stay where they were imported from. */
  readonly imported: ImportedObjects | undefined;
}

/** Reads objects from wherever they are: a copy here, a pack, their own key, or the place that they came from. */
export class ObjectReading {
  readonly #places: ObjectPlaces;

  constructor(places: ObjectPlaces) {
    this.#places = places;
  }

  /** All bytes of an object. @throws {CorruptionError} `object_corrupt`, `object_missing`. */
  async bytes(expected: Expected, options: OperationOptions): Promise<Uint8Array<ArrayBuffer>> {
    const { local } = this.#places;
    const copy = local?.open(expected.digest);
    if (copy !== undefined) {
      try {
        return await readAll(verifiedStream(copy, expected));
      } catch {
        // Whatever is wrong with a copy, the storage has the object.
        local?.discard(expected.digest);
      }
    }
    return await readAll(verifiedStream(await this.#stored(expected.digest, options), expected));
  }

  /** Opens an object; it is checked while it is read. @throws {CorruptionError} `object_missing`. */
  async open(expected: Expected, options: OperationOptions): Promise<ReadableStream<Uint8Array>> {
    const copy = await this.#checkedCopy(expected);
    return verifiedStream(copy ?? await this.#stored(expected.digest, options), expected);
  }

  /** A copy that was read through once and found right: a stream cannot be begun anew halfway. */
  async #checkedCopy(expected: Expected): Promise<ReadableStream<Uint8Array> | undefined> {
    const { local } = this.#places;
    const copy = local?.open(expected.digest);
    if (copy === undefined) return undefined;
    try {
      for await (const _ of verifiedStream(copy, expected));
    } catch {
      local?.discard(expected.digest);
    }
    return local?.open(expected.digest);
  }

  async #stored(digest: Digest, options: OperationOptions): Promise<ReadableStream<Uint8Array>> {
    const { storage, catalog, imported } = this.#places;
    const packed = await this.#packed(digest, options);
    if (packed) return packed;
    // Asked first once it is known, so that a tree of imported files costs the storage no request a file.
    const early = imported?.looked ? await this.#imported(digest, options) : undefined;
    if (early instanceof ReadableStream) return early;
    try {
      return await storage.get(objectKey(digest), options);
    } catch (error) {
      if (!isStorageError(error, "not_found")) throw error;
      // Another writer may have stored it in a pack that is not known here.
      await catalog.refreshPacks(options);
      const found = await this.#packed(digest, options);
      if (found) return found;
      const elsewhere = early ?? await this.#imported(digest, options);
      if (elsewhere instanceof ReadableStream) return elsewhere;
      if (elsewhere !== undefined) throw elsewhere.failure;
      throw objectMissing(digest, storage.location, { cause: error });
    }
  }

  /** The object at the place that it was imported from; a failure there counts only if the storage lacks it too. */
  async #imported(
    digest: Digest,
    options: OperationOptions,
  ): Promise<ReadableStream<Uint8Array> | { readonly failure: unknown } | undefined> {
    try {
      return await this.#places.imported?.open(digest, options);
    } catch (failure) {
      options.signal?.throwIfAborted();
      return { failure };
    }
  }

  async #packed(digest: Digest, options: OperationOptions): Promise<ReadableStream<Uint8Array> | undefined> {
    const { storage, catalog } = this.#places;
    const location = catalog.locate(digest);
    if (!location) return undefined;
    if (location.length === 0) return bytesBody(new Uint8Array()).open();
    const { offset, length } = location;
    try {
      return await storage.get(packKey(location.pack), { ...options, range: { offset, length } });
    } catch (error) {
      if (isStorageError(error, "not_found") || isStorageError(error, "invalid_range")) return undefined;
      throw error;
    }
  }
}
