import type { Deleted, ObjectAttributes, ObjectPut, StoredObject } from "../object_engine.ts";
import { ObjectEngineError } from "./engine_error.ts";
import {
  type BucketRow,
  currentVersion,
  findBucket,
  findVersion,
  type FoundVersion,
  makeVersionId,
  requireObject,
} from "./find_version.ts";
import type { Mutation, PartRow } from "./mutation.ts";
import {
  assertLockEnabled,
  assertRemovable,
  assertRetentionMayBecome,
  retentionAtPut,
} from "./object_locks.ts";
import { assertPrecondition } from "./preconditions.ts";
import type { Transaction } from "./transaction.ts";
import { attributesText, publicVersionId, storedObject, type VersionRow } from "./version_row.ts";
import {
  insertParts,
  makeWayForNull,
  promoteNewest,
  removeVersion,
  setCurrent,
  updateAttributes,
} from "./write_version.ts";
import { parseKept } from "./kept_json.ts";

/** Where the bytes of an object are. */
export interface Content {
  readonly size: number;
  readonly body: number | undefined;
  readonly parts: readonly PartRow[];
}

/**
 * Stores an object: a new version, or in place of the null version.
 *
 * @param content Gives the bodies, each with a reference for this object; called once nothing stands against the put.
 * @throws {ObjectEngineError} `no_such_bucket`, `precondition_failed`, `no_such_key`, `lock_not_enabled`.
 */
export function putVersion(
  transaction: Transaction,
  put: ObjectPut,
  at: number,
  content: () => Content,
): StoredObject {
  const { database } = transaction;
  const bucket = findBucket(database, put.bucket);
  const current = currentVersion(database, bucket.id, put.key);
  assertPrecondition(put.precondition, current?.marker === true ? undefined : current, put.key, "fails");
  const retention = retentionAtPut(bucket, put.attributes, at);
  const { size, body, parts } = content();
  const seq = transaction.next();
  const row: VersionRow = {
    ...identity(bucket, put.key, seq, at),
    marker: false,
    size,
    body,
    parts: parts.length,
    ...rowAttributes(put.attributes),
    retention,
  };
  insertParts(transaction, seq, parts);
  addVersion(transaction, bucket, current, row);
  return storedObject(row, true);
}

function identity(bucket: BucketRow, key: string, seq: number, modifiedAt: number) {
  const versionId = bucket.versioning === "enabled" ? makeVersionId(seq) : "";
  return { bucket: bucket.id, key, seq, versionId, modifiedAt };
}

function rowAttributes(attributes: ObjectAttributes) {
  return {
    etag: attributes.etag,
    owner: attributes.owner,
    storageClass: attributes.storageClass,
    hold: attributes.legalHold,
    attributes: attributesText(attributes),
  };
}

function addVersion(
  transaction: Transaction,
  bucket: BucketRow,
  current: VersionRow | undefined,
  row: VersionRow,
): void {
  const kept = row.versionId === "" ? makeWayForNull(transaction, bucket, current) : current;
  setCurrent(transaction, row, kept);
}

/** Carries out `put_object`. */
export function putObject(
  transaction: Transaction,
  { put, source, at }: Mutation & { does: "put_object" },
): StoredObject {
  return putVersion(transaction, put, at, () => {
    if ("fresh" in source) {
      return { size: source.fresh.size, body: transaction.addBody(source.fresh), parts: [] };
    }
    const { size, body, parts } = source.shared;
    transaction.share(body);
    for (const part of parts) transaction.share(part.body);
    return { size, body, parts };
  });
}

/** Carries out `delete_object`. */
export function deleteObject(
  transaction: Transaction,
  { name, options, at }: Mutation & { does: "delete_object" },
): Deleted {
  const { database } = transaction;
  const bucket = findBucket(database, name.bucket);
  if (name.versionId !== undefined) {
    const found = findVersion(database, bucket.id, name);
    if (found === undefined) return { deleteMarker: false, versionId: name.versionId };
    assertPrecondition(options.precondition, found.row, name.key, "passes");
    assertRemovable(found.row, at, options.bypassGovernance ?? false);
    removeVersion(transaction, found);
    if (found.isLatest) promoteNewest(transaction, bucket.id, name.key);
    return { deleteMarker: found.row.marker, versionId: name.versionId };
  }

  const current = currentVersion(database, bucket.id, name.key);
  assertPrecondition(options.precondition, current, name.key, "passes");
  if (bucket.versioning === "unversioned") {
    if (current !== undefined) removeVersion(transaction, { row: current, isLatest: true });
    return { deleteMarker: false };
  }
  if (current === undefined && options.precondition !== undefined) return { deleteMarker: false };
  const marker: VersionRow = {
    ...identity(bucket, name.key, transaction.next(), at),
    marker: true,
    size: 0,
    etag: "",
    body: undefined,
    parts: 0,
    owner: options.owner,
    storageClass: "",
    retention: undefined,
    hold: undefined,
    attributes: "{}",
  };
  addVersion(transaction, bucket, current, marker);
  return { deleteMarker: true, versionId: publicVersionId(marker.versionId) };
}

/** Carries out `set_tags`, `set_retention` and `set_legal_hold`. */
export function setOnVersion(
  transaction: Transaction,
  mutation: Mutation & { does: "set_tags" | "set_retention" | "set_legal_hold" },
): StoredObject {
  const bucket = findBucket(transaction.database, mutation.name.bucket);
  if (mutation.does !== "set_tags") assertLockEnabled(bucket);
  const found = requireObject(transaction.database, bucket, mutation.name);
  const row = changed(found.row, mutation);
  updateAttributes(transaction, { row, isLatest: found.isLatest } satisfies FoundVersion);
  return storedObject(row, found.isLatest);
}

function changed(
  row: VersionRow,
  mutation: Mutation & { does: "set_tags" | "set_retention" | "set_legal_hold" },
): VersionRow {
  switch (mutation.does) {
    case "set_tags":
      return {
        ...row,
        attributes: JSON.stringify({ ...parseKept<object>(row.attributes), tags: mutation.tags }),
      };
    case "set_retention":
      assertRetentionMayBecome(row, mutation.retention, mutation.at, mutation.bypassGovernance);
      return { ...row, retention: mutation.retention };
    case "set_legal_hold":
      return { ...row, hold: mutation.on };
  }
}

/** @throws {ObjectEngineError} `bucket_not_empty`. */
export function assertEmpty(transaction: Transaction, bucket: BucketRow): void {
  for (const table of ["current", "noncurrent"]) {
    if (
      transaction.database.get(`SELECT 1 FROM ${table} WHERE bucket = ? LIMIT 1`, bucket.id) === undefined
    ) {
      continue;
    }
    throw new ObjectEngineError("bucket_not_empty", {
      what: `Cannot delete bucket "${bucket.name}"`,
      why: "it still has objects, versions or delete markers",
    });
  }
}
