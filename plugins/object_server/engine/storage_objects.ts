import type {
  Deleted,
  DeleteOptions,
  ListOptions,
  ListVersionsOptions,
  ObjectName,
  ObjectPage,
  ObjectPut,
  Objects,
  OpenObject,
  StoredObject,
  VersionPage,
} from "../object_engine.ts";
import { ObjectEngineError } from "./engine_error.ts";
import { compareKeys } from "./key_order.ts";
import { notImplemented } from "./not_implemented.ts";
import { rollUp, type Walk } from "./roll_up.ts";
import { assertStorageAttributes, type StorageBucket } from "./storage_bucket.ts";
import { StorageObject } from "./storage_object.ts";

/** Listings that are kept for the pages that follow. */
const KEPT_LISTINGS = 4;

/** The objects of a storage. */
export class StorageObjects implements Objects {
  readonly #bucket: StorageBucket;
  /** By what the page that was given before ended with: a storage lists all or nothing, and in no order. */
  readonly #listings = new Map<string, readonly StoredObject[]>();

  constructor(bucket: StorageBucket) {
    this.#bucket = bucket;
  }

  async stat(name: ObjectName): Promise<StoredObject> {
    this.#assertVersion(name);
    const object = await this.#bucket.stat(name.key);
    if (object !== undefined) return object;
    throw new ObjectEngineError("no_such_key", {
      what: `Cannot read "${name.key}" in bucket "${name.bucket}"`,
      why: "there is no such object",
    });
  }

  async open(name: ObjectName): Promise<OpenObject> {
    return new StorageObject(this.#bucket, await this.stat(name));
  }

  copy(source: OpenObject, put: ObjectPut): Promise<StoredObject> {
    assertStorageAttributes(put.bucket, put.attributes);
    const body = { size: source.info.size, open: () => source.read() };
    return this.#bucket.put(put.key, body, put.precondition);
  }

  async delete(name: ObjectName, options: DeleteOptions): Promise<Deleted> {
    this.#assertVersion(name);
    await this.#bucket.delete(name.key, options.precondition);
    return { deleteMarker: false, ...(name.versionId !== undefined && { versionId: name.versionId }) };
  }

  setTags(name: ObjectName): Promise<StoredObject> {
    return Promise.reject(notImplemented(name.bucket, "it is over a storage, which keeps no tags"));
  }

  setRetention(name: ObjectName): Promise<StoredObject> {
    return Promise.reject(notImplemented(name.bucket, "it is over a storage, which has no object lock"));
  }

  setLegalHold(name: ObjectName): Promise<StoredObject> {
    return Promise.reject(notImplemented(name.bucket, "it is over a storage, which has no object lock"));
  }

  async list(_bucket: string, options: ListOptions): Promise<ObjectPage> {
    const { prefix = "", after } = options;
    const all = await this.#listing(prefix, after);
    const { rows, commonPrefixes, last } = rollUp(walk(all), options, after);
    if (last === undefined) return { objects: rows, commonPrefixes };
    const next = "row" in last ? last.row.key : last.prefix;
    this.#keep(`${prefix}\0${next}`, all);
    return { objects: rows, commonPrefixes, next };
  }

  async listVersions(bucket: string, options: ListVersionsOptions): Promise<VersionPage> {
    const { keyMarker, versionIdMarker: _, ...rest } = options;
    const page = await this.list(bucket, { ...rest, ...(keyMarker !== undefined && { after: keyMarker }) });
    const next = page.next === undefined ? {} : { next: { keyMarker: page.next } };
    return { versions: page.objects, commonPrefixes: page.commonPrefixes, ...next };
  }

  /** What was listed for the page before, if this is the one that follows it; else what is there. */
  async #listing(prefix: string, after: string | undefined): Promise<readonly StoredObject[]> {
    const kept = after === undefined ? undefined : this.#listings.get(`${prefix}\0${after}`);
    if (kept !== undefined) {
      this.#listings.delete(`${prefix}\0${after}`);
      return kept;
    }
    return await this.#bucket.translated(async () => {
      const objects: StoredObject[] = [];
      for await (const fact of this.#bucket.storage.list(prefix)) objects.push(this.#bucket.toObject(fact));
      return objects.sort((a, b) => compareKeys(a.key, b.key));
    });
  }

  #keep(page: string, listing: readonly StoredObject[]): void {
    this.#listings.set(page, listing);
    for (const oldest of this.#listings.keys()) {
      if (this.#listings.size <= KEPT_LISTINGS) return;
      this.#listings.delete(oldest);
    }
  }

  #assertVersion({ bucket, versionId }: ObjectName): void {
    if (versionId !== undefined && versionId !== "null") {
      throw notImplemented(bucket, "it is over a storage, which keeps no versions");
    }
  }
}

function walk(all: readonly StoredObject[]): Walk<StoredObject> {
  return {
    keyOf: (object) => object.key,
    fetch(position, end, count) {
      const from = "from" in position ? position.from : `${position.past.key}\0`;
      const first = firstAtLeast(all, from);
      const fetched = all.slice(first, first + count);
      return end === undefined ? fetched : fetched.filter(({ key }) => compareKeys(key, end) < 0);
    },
  };
}

function firstAtLeast(all: readonly StoredObject[], key: string): number {
  let low = 0, high = all.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareKeys(all[middle]!.key, key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
