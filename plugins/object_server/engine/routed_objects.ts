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
  Retention,
  StoredObject,
  Tag,
  VersionPage,
} from "../object_engine.ts";

/** Objects of all buckets: each call goes to those of its bucket. */
export class RoutedObjects implements Objects {
  readonly #own: Objects;
  readonly #byBucket: ReadonlyMap<string, Objects>;

  /** @param own For the buckets that have no other. */
  constructor(own: Objects, byBucket: ReadonlyMap<string, Objects>) {
    this.#own = own;
    this.#byBucket = byBucket;
  }

  stat(name: ObjectName): Promise<StoredObject> {
    return this.#of(name.bucket).stat(name);
  }

  open(name: ObjectName): Promise<OpenObject> {
    return this.#of(name.bucket).open(name);
  }

  copy(source: OpenObject, put: ObjectPut): Promise<StoredObject> {
    return this.#of(put.bucket).copy(source, put);
  }

  delete(name: ObjectName, options: DeleteOptions): Promise<Deleted> {
    return this.#of(name.bucket).delete(name, options);
  }

  setTags(name: ObjectName, tags: readonly Tag[]): Promise<StoredObject> {
    return this.#of(name.bucket).setTags(name, tags);
  }

  setRetention(
    name: ObjectName,
    retention: Retention | undefined,
    options: { readonly bypassGovernance: boolean },
  ): Promise<StoredObject> {
    return this.#of(name.bucket).setRetention(name, retention, options);
  }

  setLegalHold(name: ObjectName, on: boolean): Promise<StoredObject> {
    return this.#of(name.bucket).setLegalHold(name, on);
  }

  list(bucket: string, options: ListOptions): Promise<ObjectPage> {
    return this.#of(bucket).list(bucket, options);
  }

  listVersions(bucket: string, options: ListVersionsOptions): Promise<VersionPage> {
    return this.#of(bucket).listVersions(bucket, options);
  }

  #of(bucket: string): Objects {
    return this.#byBucket.get(bucket) ?? this.#own;
  }
}
