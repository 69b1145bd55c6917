import type { StoredObject, UploadedPart, UploadName } from "../object_engine.ts";
import { putVersion } from "./apply_objects.ts";
import type { Row } from "./database.ts";
import { ObjectEngineError } from "./engine_error.ts";
import { type BucketRow, findBucket, makeVersionId } from "./find_version.ts";
import type { Mutation, PartRow } from "./mutation.ts";
import { assertLockEnabled } from "./object_locks.ts";
import type { Transaction } from "./transaction.ts";
import { requireUpload, uploadFromRow } from "./upload_row.ts";

/** How long the answer to a completed upload can be had again; milliseconds. */
const REPEATABLE = 24 * 60 * 60 * 1000;

/** Carries out `create_upload`. */
export function createUpload(
  transaction: Transaction,
  { start, at }: Mutation & { does: "create_upload" },
) {
  const bucket = findBucket(transaction.database, start.bucket);
  const { retention, legalHold } = start.attributes;
  if (retention !== undefined || legalHold !== undefined) assertLockEnabled(bucket);
  const row = {
    key: start.key,
    id: makeVersionId(transaction.next()),
    "created_at": at,
    initiator: start.initiator,
    attributes: JSON.stringify(start.attributes),
    checksum: start.checksum === undefined ? null : JSON.stringify(start.checksum),
  };
  transaction.database.run(
    "INSERT INTO upload (bucket, key, id, created_at, initiator, attributes, checksum) VALUES (?, ?, ?, ?, ?, ?, ?)",
    bucket.id,
    ...Object.values(row),
  );
  return uploadFromRow(start.bucket, row);
}

/** Carries out `put_part`. */
export function putPart(
  transaction: Transaction,
  { put, fresh, at }: Mutation & { does: "put_part" },
): UploadedPart {
  const { database } = transaction;
  const bucket = findBucket(database, put.bucket);
  requireUpload(database, bucket, put);
  const former = database.get(
    "SELECT body FROM upload_part WHERE upload = ? AND number = ?",
    put.uploadId,
    put.number,
  );
  if (typeof former?.body === "number") transaction.release(former.body);
  const body = transaction.addBody(fresh);
  database.run(
    `INSERT OR REPLACE INTO upload_part (upload, number, size, etag, modified_at, body, seq, checksums)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    put.uploadId,
    put.number,
    fresh.size,
    put.etag,
    at,
    body ?? null,
    transaction.next(),
    JSON.stringify(put.checksums),
  );
  return { number: put.number, etag: put.etag, size: fresh.size, modifiedAt: at, checksums: put.checksums };
}

/**
 * Carries out `complete_upload`.
 *
 * @returns `undefined` if a part is not what it was when the whole was summed up.
 */
export function completeUpload(
  transaction: Transaction,
  { name, parts, asked, attributes, precondition, at }: Mutation & { does: "complete_upload" },
): StoredObject | undefined {
  const { database } = transaction;
  const bucket = findBucket(database, name.bucket);
  requireUpload(database, bucket, name);
  const rows = new Map(
    database.all("SELECT * FROM upload_part WHERE upload = ?", name.uploadId).map((row) => [row.number, row]),
  );
  if (parts.some(({ number, seq }) => rows.get(number)?.seq !== seq)) return undefined;

  const chosen: PartRow[] = [];
  let start = 0;
  for (const { number } of parts) {
    const part = partRow(rows.get(number)!, start);
    start += part.size;
    chosen.push(part);
    rows.delete(number);
  }
  const put = { bucket: name.bucket, key: name.key, attributes, ...(precondition && { precondition }) };
  // The object takes over the parts' own hold on their bodies.
  const object = putVersion(transaction, put, at, () => ({ size: start, body: undefined, parts: chosen }));
  for (const unused of rows.values()) transaction.release(bodyOf(unused));
  database.run("DELETE FROM upload_part WHERE upload = ?", name.uploadId);
  dropUpload(transaction, bucket, name, asked, JSON.stringify(object), at);
  return object;
}

function partRow(row: Row, start: number): PartRow {
  const body = bodyOf(row);
  return {
    number: row.number as number,
    start,
    size: row.size as number,
    etag: row.etag as string,
    modifiedAt: row.modified_at as number,
    ...(body === undefined ? {} : { body }),
    checksums: row.checksums as string,
  };
}

function bodyOf(row: Row): number | undefined {
  return row.body === null ? undefined : row.body as number;
}

/** Carries out `finish_upload`. */
export function finishUpload(
  transaction: Transaction,
  { name, asked, object, at }: Mutation & { does: "finish_upload" },
): void {
  const bucket = findBucket(transaction.database, name.bucket);
  requireUpload(transaction.database, bucket, name);
  dropParts(transaction, name.uploadId);
  dropUpload(transaction, bucket, name, asked, object, at);
}

/** Carries out `abort_upload`. */
export function abortUpload(transaction: Transaction, { name }: Mutation & { does: "abort_upload" }): void {
  const bucket = findBucket(transaction.database, name.bucket);
  requireUpload(transaction.database, bucket, name);
  dropParts(transaction, name.uploadId);
  deleteRow(transaction, bucket, name);
}

/** Carries out `abort_idle_uploads`. @returns How many it dropped. */
export function abortIdleUploads(
  transaction: Transaction,
  { before, most }: Mutation & { does: "abort_idle_uploads" },
): number {
  const { database } = transaction;
  const idle = database.all(
    `SELECT bucket, key, id FROM upload WHERE created_at < ?1 AND NOT EXISTS
       (SELECT 1 FROM upload_part WHERE upload = upload.id AND modified_at >= ?1) LIMIT ?2`,
    before,
    most,
  );
  for (const { bucket, key, id } of idle) {
    dropParts(transaction, id as string);
    database.run("DELETE FROM upload WHERE bucket = ? AND key = ? AND id = ?", bucket!, key!, id!);
  }
  return idle.length;
}

/** Drops all that is under way in a bucket. */
export function dropUploads(transaction: Transaction, bucket: BucketRow): void {
  for (const upload of transaction.database.all("SELECT id FROM upload WHERE bucket = ?", bucket.id)) {
    dropParts(transaction, upload.id as string);
  }
  transaction.database.run("DELETE FROM upload WHERE bucket = ?", bucket.id);
  transaction.database.run("DELETE FROM completed WHERE bucket = ?", bucket.id);
}

function dropParts(transaction: Transaction, upload: string): void {
  const { database } = transaction;
  for (const row of database.all("SELECT body FROM upload_part WHERE upload = ?", upload)) {
    transaction.release(bodyOf(row));
  }
  database.run("DELETE FROM upload_part WHERE upload = ?", upload);
}

function dropUpload(
  transaction: Transaction,
  bucket: BucketRow,
  name: UploadName,
  asked: string,
  object: string,
  at: number,
): void {
  deleteRow(transaction, bucket, name);
  transaction.database.run("DELETE FROM completed WHERE at < ?", at - REPEATABLE);
  transaction.database.run(
    "INSERT INTO completed (upload, bucket, key, parts, object, at) VALUES (?, ?, ?, ?, ?, ?)",
    name.uploadId,
    bucket.id,
    name.key,
    asked,
    object,
    at,
  );
}

function deleteRow(transaction: Transaction, bucket: BucketRow, name: UploadName): void {
  const removed = transaction.database.run(
    "DELETE FROM upload WHERE bucket = ? AND key = ? AND id = ?",
    bucket.id,
    name.key,
    name.uploadId,
  );
  if (removed !== 1) {
    throw new ObjectEngineError("no_such_upload", {
      what: `Cannot end upload ${name.uploadId}`,
      why: "it is not under way",
    });
  }
}
