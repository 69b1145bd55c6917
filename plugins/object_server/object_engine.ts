import type { OperationOptions } from "../../core/plugin/context.ts";
import type { Accounts, Buckets } from "./engine_buckets.ts";

export type {
  AccessKey,
  Accounts,
  Bucket,
  Buckets,
  BucketUsage,
  Grant,
  ObjectLock,
  User,
  Versioning,
} from "./engine_buckets.ts";

/**
 * What the HTTP front of the object server asks of the place where objects are kept.
 *
 * S3's semantics of buckets, versions, preconditions, object lock and multipart uploads are decided here, each
 * call in one transaction; requests, signatures and documents are the front's. An answered mutation is durable: it
 * outlives `kill -9` and power loss. A rejected one has changed nothing. All calls may be made at the same time.
 * Every call rejects with `ObjectEngineError` (engine/engine_error.ts); `closed`, `full`, `unavailable`, `denied` (the
 * system, or a storage, does not let it) and `corrupt` may come from any of them and are not named below.
 *
 * Keys are 1 to 1,024 bytes of well-formed UTF-8 without NUL, taken literally; else `key_invalid`. Etags are without quotes.
 */
export interface ObjectEngine extends AsyncDisposable {
  readonly buckets: Buckets;
  readonly objects: Objects;
  readonly uploads: Uploads;
  readonly accounts: Accounts;

  /**
   * Starts to take a body. Nothing is visible, and nothing outlives a crash, until it is committed.
   *
   * @param bucket Where it will go.
   * @throws `no_such_bucket`.
   */
  beginWrite(bucket: string): Promise<BodyWrite>;

  /** Reads every body that is referred to and compares it with its checksum; runs beside all else. */
  verify(options?: OperationOptions): AsyncIterable<BodyDamage>;

  /** Whether a mutation would be taken: makes an empty one, durable as any other. */
  probe(): Promise<void>;
}

/** A body on its way in. Used by one caller; `await using` abandons what was not committed. */
export interface BodyWrite extends AsyncDisposable {
  /** Bytes so far. */
  readonly size: number;

  /** Adds bytes; they are copied before it returns, so the buffer may be used again. Await one before the next. */
  append(bytes: Uint8Array): Promise<void>;

  /**
   * Makes the body an object: durable and visible when it resolves.
   *
   * @throws `no_such_bucket`, `precondition_failed`, `no_such_key` (If-Match, and there is no object),
   * `lock_not_enabled` (retention or hold in a bucket without object lock), `key_invalid`, `not_implemented`.
   */
  commitObject(put: ObjectPut): Promise<StoredObject>;

  /**
   * Makes the body a part of an upload, in place of an earlier one with its number.
   *
   * @throws `no_such_bucket`, `no_such_upload`.
   */
  commitPart(put: PartPut): Promise<UploadedPart>;

  /** Forgets the body; may be called at any time, also after a commit, when it does nothing. */
  abandon(): Promise<void>;
}

/** Names one version of an object; without `versionId` the current one. `"null"` is the null version. */
export interface ObjectName {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string;
}

/** What is said of an object by whoever stores it. */
export interface ObjectAttributes {
  /** Without quotes. */
  readonly etag: string;
  /** Content headers by lower-case name: content-type, cache-control, content-disposition, …; given back as they came. */
  readonly headers: Readonly<Record<string, string>>;
  /** User metadata by lower-case name without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: readonly Tag[];
  readonly checksums: readonly StoredChecksum[];
  /** Id of the user who owns it. */
  readonly owner: string;
  /** Such as `STANDARD`; kept, and without effect. */
  readonly storageClass: string;
  /** Absent: the bucket's default retention, if it has one. */
  readonly retention?: Retention;
  readonly legalHold?: boolean;
}

/** A tag of an object. */
export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** A checksum as the client's protocol spells it. */
export interface StoredChecksum {
  /** `CRC32`, `CRC32C`, `CRC64NVME`, `SHA1`, `SHA256`. */
  readonly algorithm: string;
  /** Base64; of a composite one with `-<parts>`, as it is shown. */
  readonly value: string;
  readonly type: "FULL_OBJECT" | "COMPOSITE";
}

/** Until when a version may not be removed or overwritten in place. */
export interface Retention {
  readonly mode: "GOVERNANCE" | "COMPLIANCE";
  /** Epoch milliseconds. */
  readonly until: number;
}

/** A version with a body. */
export interface StoredObject extends ObjectAttributes {
  readonly kind: "object";
  readonly key: string;
  /** `"null"` for the null version. */
  readonly versionId: string;
  readonly isLatest: boolean;
  /** Bytes. */
  readonly size: number;
  /** Epoch milliseconds. */
  readonly modifiedAt: number;
  /** Number of parts if it came from a multipart upload. */
  readonly partCount?: number;
  /** What it is subject to: given, or the bucket's default when it was stored. */
  readonly retention?: Retention;
}

/** A version that says that the object was deleted. */
export interface DeleteMarker {
  readonly kind: "delete_marker";
  readonly key: string;
  readonly versionId: string;
  readonly isLatest: boolean;
  readonly modifiedAt: number;
  readonly owner: string;
}

/**
 * What must hold for a mutation, looked at in its transaction. All given ones must.
 *
 * It is held against the current version (of a delete by version: that version). Where something is stored, a delete
 * marker counts as no object; where something is deleted, as one without etag and of size 0.
 */
export interface Precondition {
  /** Fails if there is an object (`*`), or one with any of these etags. */
  readonly ifNoneMatch?: "*" | readonly string[];
  /** Fails if the object has none of these etags; when storing, `no_such_key` if there is no object. */
  readonly ifMatch?: "*" | readonly string[];
  /** Bytes. */
  readonly ifMatchSize?: number;
  /** Epoch milliseconds; compared in whole seconds. */
  readonly ifMatchModifiedAt?: number;
}

/** Where a body goes and what is said of it. */
export interface ObjectPut {
  readonly bucket: string;
  readonly key: string;
  readonly attributes: ObjectAttributes;
  readonly precondition?: Precondition;
}

/** A part of an upload. */
export interface PartPut {
  readonly bucket: string;
  readonly key: string;
  readonly uploadId: string;
  /** 1 to 10,000. */
  readonly number: number;
  readonly etag: string;
  readonly checksums: readonly StoredChecksum[];
}

/** A part that has been stored. */
export interface UploadedPart {
  readonly number: number;
  readonly etag: string;
  /** Bytes. */
  readonly size: number;
  /** Epoch milliseconds. */
  readonly modifiedAt: number;
  readonly checksums: readonly StoredChecksum[];
}

/** A part of an object that came from a multipart upload. */
export interface ObjectPart extends UploadedPart {
  /** Where it begins in the object, in bytes. */
  readonly offset: number;
}

/**
 * An object held open: what is read is what it was when it was opened, whatever is done to the key meanwhile.
 * Dispose it; streams taken from it live on until they end or are cancelled.
 */
export interface OpenObject extends Disposable {
  readonly bucket: string;
  readonly info: StoredObject;
  /** By number; empty if it did not come from a multipart upload. */
  parts(): readonly ObjectPart[];
  /**
   * Bytes, checked while they pass: wrong ones make the stream fail with `corrupt` before they are handed on.
   *
   * @param range Inside the object, or `invalid_range`; `length` may be 0.
   */
  read(range?: { readonly offset: number; readonly length: number }): ReadableStream<Uint8Array>;
  /** As {@link OpenObject.read}, faster: what is given holds only until more is asked for. */
  lend(range?: { readonly offset: number; readonly length: number }): LentBytes;
  /** The whole body at once if it is small enough to lie in memory, checked; else `undefined`. Not to be changed. */
  readSmall(): Uint8Array<ArrayBuffer> | undefined;
}

/** Bytes in buffers that are used again. One call at a time; close it, also after its end. */
export interface LentBytes {
  /** The next bytes, at least one; `undefined` at the end. They hold until the next call. Rejects with `corrupt`. */
  read(): Promise<Uint8Array | undefined>;
  close(): Promise<void>;
}

/** Objects of all buckets. */
export interface Objects {
  /**
   * Looks a version up.
   *
   * @throws `no_such_bucket`; `no_such_key`, whose `details.deleteMarker` is set if a marker is why; `no_such_version`, `version_id_invalid`;
   * `is_delete_marker` if the version that was named is one, with `details.deleteMarker`.
   */
  stat(name: ObjectName): Promise<StoredObject>;

  /** Opens a version for reading. Throws as {@link Objects.stat}. */
  open(name: ObjectName): Promise<OpenObject>;

  /**
   * Stores what is open under another name, or its own; the body is shared, not read, and parts stay parts.
   * Of a single version, however `source` has changed since it was opened.
   *
   * @throws As {@link BodyWrite.commitObject}.
   */
  copy(source: OpenObject, put: ObjectPut): Promise<StoredObject>;

  /**
   * Deletes as S3 does: the version that is named, for good; else the null version where versioning is not enabled, with
   * a marker in its place once versioning was; else by a new marker. Succeeds if there is nothing to delete, also if a
   * precondition is given; then no marker is made.
   *
   * @throws `no_such_bucket`, `precondition_failed`, `locked`, `version_id_invalid`.
   */
  delete(name: ObjectName, options: DeleteOptions): Promise<Deleted>;

  /** Sets or empties the tags of a version. Throws as {@link Objects.stat}. */
  setTags(name: ObjectName, tags: readonly Tag[]): Promise<StoredObject>;

  /**
   * Sets, or with `undefined` lifts, a retention.
   *
   * @param bypassGovernance Whether the caller may, and asked to, shorten or lift one in governance mode.
   * @throws As {@link Objects.stat}; `lock_not_enabled`, `locked`.
   */
  setRetention(
    name: ObjectName,
    retention: Retention | undefined,
    options: { readonly bypassGovernance: boolean },
  ): Promise<StoredObject>;

  /** Throws as {@link Objects.stat}; `lock_not_enabled`. */
  setLegalHold(name: ObjectName, on: boolean): Promise<StoredObject>;

  /** Current objects by key, in order of UTF-8 bytes. @throws `no_such_bucket`. */
  list(bucket: string, options: ListOptions): Promise<ObjectPage>;

  /** All versions: by key, newest first. @throws `no_such_bucket`. */
  listVersions(bucket: string, options: ListVersionsOptions): Promise<VersionPage>;
}

/** How to delete. */
export interface DeleteOptions {
  /** Who owns a marker that is made. */
  readonly owner: string;
  readonly precondition?: Precondition;
  /** Whether the caller may, and asked to, pass over a retention in governance mode. */
  readonly bypassGovernance?: boolean;
}

/** What a delete did. */
export interface Deleted {
  /** Whether a marker was made, or the version that was removed was one. */
  readonly deleteMarker: boolean;
  /** Of the marker that was made, or as it was named; absent where versioning was never enabled. */
  readonly versionId?: string;
}

/** A page of names. */
export interface PageOptions {
  /** Default empty. */
  readonly prefix?: string;
  /** Names that have it after the prefix are rolled up to it; not empty. */
  readonly delimiter?: string;
  /** Entries and common prefixes together; 0 gives an empty page that is not truncated. */
  readonly limit: number;
}

/** Where a list goes on. */
export interface ListOptions extends PageOptions {
  /** Only names after it; a common prefix that it lies in is not given again. */
  readonly after?: string;
}

/** Where a list of versions goes on. */
export interface ListVersionsOptions extends PageOptions {
  readonly keyMarker?: string;
  /** Versions of `keyMarker` after this one; absent: keys after `keyMarker`. `version_id_invalid` if it is none. */
  readonly versionIdMarker?: string;
}

/** One page of objects. `next` is the `after` of the page that follows; present only if there is one. */
export interface ObjectPage {
  readonly objects: readonly StoredObject[];
  /** In order; each once. */
  readonly commonPrefixes: readonly string[];
  readonly next?: string;
}

/** One page of versions. */
export interface VersionPage {
  readonly versions: readonly (StoredObject | DeleteMarker)[];
  readonly commonPrefixes: readonly string[];
  readonly next?: { readonly keyMarker: string; readonly versionIdMarker?: string };
}

/** Multipart uploads under way. */
export interface Uploads {
  /** @throws `no_such_bucket`, `lock_not_enabled`, `key_invalid`. */
  create(upload: UploadStart): Promise<Upload>;

  /** @throws `no_such_upload`, `no_such_bucket`. */
  stat(name: UploadName): Promise<Upload>;

  /** Parts by number. @throws `no_such_upload`, `no_such_bucket`. */
  listParts(
    name: UploadName,
    options: { readonly after?: number; readonly limit: number },
  ): Promise<{ readonly parts: readonly UploadedPart[]; readonly next?: number }>;

  /** By key, then by upload id, which is the order of their creation. @throws `no_such_bucket`. */
  list(bucket: string, options: ListUploadsOptions): Promise<UploadPage>;

  /**
   * Makes the object of the parts that are named; those that are not are dropped. Nothing is copied.
   *
   * Repeated with the same parts after it was done, it gives the same answer and does nothing.
   *
   * @throws `no_such_upload`, `no_such_bucket`, `part_invalid`, `part_order_invalid`, `part_too_small`;
   * `precondition_failed`, `no_such_key` (If-Match) and then the upload stays.
   */
  complete(name: UploadName, completion: UploadCompletion): Promise<StoredObject>;

  /**
   * Drops uploads that were begun before an instant, and have got no part since: whoever began them has left them.
   *
   * @param before Epoch milliseconds.
   * @returns How many.
   */
  abortIdle(before: number): Promise<number>;

  /** Drops an upload and its parts. @throws `no_such_upload`, `no_such_bucket`. */
  abort(name: UploadName): Promise<void>;
}

/** Names an upload; its bucket and key must be those that it was made with. */
export interface UploadName {
  readonly bucket: string;
  readonly key: string;
  readonly uploadId: string;
}

/** What is said of an upload when it begins; the object has the same but for etag and checksums. */
export interface UploadStart {
  readonly bucket: string;
  readonly key: string;
  readonly attributes: Omit<ObjectAttributes, "etag" | "checksums">;
  /** What the client will send with parts, if it said so. */
  readonly checksum?: { readonly algorithm: string; readonly type: StoredChecksum["type"] };
  /** Id of the user who began it. */
  readonly initiator: string;
}

/** An upload under way. */
export interface Upload extends UploadStart {
  readonly uploadId: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

/** Where a list of uploads goes on. */
export interface ListUploadsOptions extends PageOptions {
  readonly keyMarker?: string;
  /** Uploads of `keyMarker` after this one; absent: keys after `keyMarker`. */
  readonly uploadIdMarker?: string;
}

/** One page of uploads. */
export interface UploadPage {
  readonly uploads: readonly Upload[];
  readonly commonPrefixes: readonly string[];
  readonly next?: { readonly keyMarker: string; readonly uploadIdMarker?: string };
}

/** How an upload ends. */
export interface UploadCompletion {
  /** As the client names them; at least one. Checksums that are given must be those of the part. */
  readonly parts: readonly {
    readonly number: number;
    readonly etag: string;
    readonly checksums?: readonly Omit<StoredChecksum, "type">[];
  }[];
  /** Least size of each part but the last, in bytes. Default 5 MiB, S3's. */
  readonly minPartBytes?: number;
  /**
   * What the whole has, from its parts in order. Pure; it may be called again if a part changes meanwhile. What it
   * throws comes out of `complete`, and nothing is done.
   */
  readonly summarize: (parts: readonly ObjectPart[]) => {
    readonly etag: string;
    readonly checksums: readonly StoredChecksum[];
  };
  readonly precondition?: Precondition;
}

/** A body that is not what it was. */
export interface BodyDamage {
  /** Versions and parts that need it: `<bucket>/<key>` and the version's or upload's id. */
  readonly neededBy: readonly { readonly bucket: string; readonly key: string; readonly id: string }[];
  /** The file, relative to the data directory; absent for a body in the database. */
  readonly file?: string;
  readonly why: string;
}
