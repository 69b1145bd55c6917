import type { Retention } from "./object_engine.ts";

/** Whether a bucket keeps versions; `unversioned` until it was enabled for the first time. */
export type Versioning = "unversioned" | "enabled" | "suspended";

/** A bucket's object lock. */
export interface ObjectLock {
  readonly defaultRetention?: {
    readonly mode: Retention["mode"];
    readonly days?: number;
    readonly years?: number;
  };
}

/** A bucket. */
export interface Bucket {
  readonly name: string;
  readonly owner: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly versioning: Versioning;
  /** Present if object lock is on, which is for good. */
  readonly objectLock?: ObjectLock;
  /**
   * `storage`: over a storage with names and bytes only, which others write to as well. No versions, lock, tags or
   * attributes (`not_implemented` where one is asked for; headers and metadata are not kept).
   */
  readonly holds: "objects" | "storage";
}

/** What a bucket has in it. */
export interface BucketUsage {
  /** Current objects. */
  readonly objects: number;
  /** All versions, markers too. */
  readonly versions: number;
  /** Of all versions; bodies that several share count for each. */
  readonly bytes: number;
}

/** The buckets. */
export interface Buckets {
  /** @throws `bucket_exists`, whose `details.owner` is who has it. Whether a name may be used is the front's. */
  create(
    bucket: { readonly name: string; readonly owner: string; readonly objectLock: boolean },
  ): Promise<Bucket>;

  /** @throws `no_such_bucket`. */
  stat(name: string): Promise<Bucket>;

  /** By name; only buckets that begin with `prefix` and come after `after`. */
  list(
    options?: { readonly prefix?: string; readonly after?: string; readonly limit?: number },
  ): Promise<readonly Bucket[]>;

  /** Deletes a bucket without versions; uploads under way are dropped. @throws `no_such_bucket`, `bucket_not_empty`. */
  delete(name: string): Promise<void>;

  /** @throws `no_such_bucket`, `bucket_state_invalid` (suspend with object lock), `not_implemented`. */
  setVersioning(name: string, versioning: "enabled" | "suspended"): Promise<Bucket>;

  /**
   * Turns object lock on, where versioning is enabled, or changes its default retention.
   *
   * @throws `no_such_bucket`, `bucket_state_invalid` (versioning is not enabled), `not_implemented`.
   */
  setObjectLock(name: string, lock: ObjectLock): Promise<Bucket>;

  /**
   * A text that is kept with the bucket, such as its CORS rules; `undefined` if there is none.
   *
   * @param kind Which, by the front's own names.
   * @throws `no_such_bucket`.
   */
  document(name: string, kind: string): Promise<string | undefined>;

  /** Keeps a text with the bucket, or with `undefined` drops it. @throws `no_such_bucket`. */
  setDocument(name: string, kind: string, text: string | undefined): Promise<void>;

  /** Counted as objects come and go, so it costs one look-up. Of a bucket over a storage: all zero. @throws `no_such_bucket`. */
  usage(name: string): Promise<BucketUsage>;
}

/** Which requests a grant lets through. */
export interface Grant {
  /** A bucket's name, or `*` for all. */
  readonly bucket: string;
  /** Of keys; empty for the whole bucket. */
  readonly prefix: string;
  readonly access: "read" | "write";
}

/** Who may use the server. */
export interface User {
  readonly name: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** Write includes read. */
  readonly grants: readonly Grant[];
}

/** An access key with its secret, which shows itself by `reveal` only. */
export interface AccessKey {
  readonly id: string;
  readonly user: string;
  readonly createdAt: number;
  readonly secret: { reveal(): string };
}

/** Users and their access keys. Another process may change them at any time; each call sees what is so now. */
export interface Accounts {
  /** What a request with this key may do; `undefined` if there is none. Cheap enough for each request. */
  find(accessKeyId: string): Promise<{ readonly key: AccessKey; readonly user: User } | undefined>;
  /** By name. */
  users(): Promise<readonly User[]>;
  /** Of one user, by id. */
  keys(user: string): Promise<readonly AccessKey[]>;
  /** @throws `user_exists`. */
  createUser(user: { readonly name: string; readonly grants: readonly Grant[] }): Promise<User>;
  /** @throws `no_such_user`. */
  setGrants(user: string, grants: readonly Grant[]): Promise<User>;
  /** Keys go too; what the user owns stays. @throws `no_such_user`. */
  deleteUser(user: string): Promise<void>;
  /** @throws `no_such_user`, `key_exists`. */
  addKey(key: { readonly user: string; readonly id: string; readonly secret: string }): Promise<AccessKey>;
  /** @throws `no_such_key_id`. */
  deleteKey(id: string): Promise<void>;
}
