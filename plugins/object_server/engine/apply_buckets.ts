import type { Bucket, ObjectLock } from "../object_engine.ts";
import { assertEmpty } from "./apply_objects.ts";
import { dropUploads } from "./apply_uploads.ts";
import { ObjectEngineError } from "./engine_error.ts";
import { type BucketRow, bucketRow, findBucket } from "./find_version.ts";
import type { Mutation } from "./mutation.ts";
import type { Transaction } from "./transaction.ts";
import { parseKept } from "./kept_json.ts";

/** A row, as the contract tells it. */
export function toBucket(row: BucketRow): Bucket {
  return {
    name: row.name,
    owner: row.owner,
    createdAt: row.createdAt,
    versioning: row.versioning,
    ...(row.objectLock === undefined ? {} : { objectLock: parseKept<ObjectLock>(row.objectLock) }),
    holds: row.holds,
  };
}

/** Carries out `create_bucket`. */
export function createBucket(
  { database }: Transaction,
  { name, owner, objectLock, holds, at }: Mutation & { does: "create_bucket" },
): Bucket {
  const there = database.get("SELECT * FROM bucket WHERE name = ?", name);
  if (there !== undefined) {
    throw new ObjectEngineError("bucket_exists", {
      what: `Cannot create bucket "${name}"`,
      why: "there is such a bucket already",
    }, { details: { owner: bucketRow(there).owner } });
  }
  database.run(
    "INSERT INTO bucket (name, owner, created_at, versioning, object_lock, holds) VALUES (?, ?, ?, ?, ?, ?)",
    name,
    owner,
    at,
    // Locked objects are versions: S3 turns versioning on with object lock.
    objectLock ? "enabled" : "unversioned",
    objectLock ? "{}" : null,
    holds,
  );
  return toBucket(findBucket(database, name));
}

/** Carries out `delete_bucket`. */
export function deleteBucket(transaction: Transaction, { name }: Mutation & { does: "delete_bucket" }): void {
  const bucket = findBucket(transaction.database, name);
  assertEmpty(transaction, bucket);
  dropUploads(transaction, bucket);
  transaction.database.run("DELETE FROM document WHERE bucket = ?", bucket.id);
  transaction.database.run("DELETE FROM bucket WHERE id = ?", bucket.id);
}

/** Carries out `set_versioning`. */
export function setVersioning(
  { database }: Transaction,
  { name, versioning }: Mutation & { does: "set_versioning" },
): Bucket {
  const bucket = findBucket(database, name);
  if (versioning === "suspended" && bucket.objectLock !== undefined) {
    throw new ObjectEngineError("bucket_state_invalid", {
      what: `Cannot suspend versioning of bucket "${name}"`,
      why: "object lock is on in it",
    });
  }
  database.run("UPDATE bucket SET versioning = ? WHERE id = ?", versioning, bucket.id);
  return toBucket({ ...bucket, versioning });
}

/** Carries out `set_object_lock`. */
export function setObjectLock(
  { database }: Transaction,
  { name, lock }: Mutation & { does: "set_object_lock" },
): Bucket {
  const bucket = findBucket(database, name);
  if (bucket.versioning !== "enabled") {
    throw new ObjectEngineError("bucket_state_invalid", {
      what: `Cannot turn on object lock in bucket "${name}"`,
      why: "versioning is not enabled in it",
    });
  }
  const objectLock = JSON.stringify(lock);
  database.run("UPDATE bucket SET object_lock = ? WHERE id = ?", objectLock, bucket.id);
  return toBucket({ ...bucket, objectLock });
}

/** Carries out `set_document`. */
export function setDocument(
  { database }: Transaction,
  { name, kind, text }: Mutation & { does: "set_document" },
): void {
  const bucket = findBucket(database, name);
  if (text === undefined) {
    database.run("DELETE FROM document WHERE bucket = ? AND kind = ?", bucket.id, kind);
  } else {
    database.run(
      "INSERT OR REPLACE INTO document (bucket, kind, text) VALUES (?, ?, ?)",
      bucket.id,
      kind,
      text,
    );
  }
}
