import type { ObjectName } from "../object_engine.ts";
import type { Database, Row } from "./database.ts";
import { ObjectEngineError } from "./engine_error.ts";
import { VERSION_COLUMNS, type VersionRow, versionRow } from "./version_row.ts";

/** A row of `bucket`. */
export interface BucketRow {
  readonly id: number;
  readonly name: string;
  readonly owner: string;
  readonly createdAt: number;
  readonly versioning: "unversioned" | "enabled" | "suspended";
  /** JSON of the object lock; absent if it is not on. */
  readonly objectLock: string | undefined;
  readonly holds: "objects" | "storage";
}

/** Reads a row of `bucket`. */
export function bucketRow(row: Row): BucketRow {
  return {
    id: row.id as number,
    name: row.name as string,
    owner: row.owner as string,
    createdAt: row.created_at as number,
    versioning: row.versioning as BucketRow["versioning"],
    objectLock: row.object_lock === null ? undefined : row.object_lock as string,
    holds: row.holds as BucketRow["holds"],
  };
}

/** @throws {ObjectEngineError} `no_such_bucket`. */
export function findBucket(database: Database, name: string): BucketRow {
  const row = database.get(
    "SELECT id, name, owner, created_at, versioning, object_lock, holds FROM bucket WHERE name = ?",
    name,
  );
  if (row !== undefined) return bucketRow(row);
  throw new ObjectEngineError("no_such_bucket", {
    what: `Cannot use bucket "${name}"`,
    why: "there is no such bucket",
  });
}

/** A version with whether it is the current one. */
export interface FoundVersion {
  readonly row: VersionRow;
  readonly isLatest: boolean;
}

// The first 12 digits are `seq`, by which the row is found; the rest keeps ids from being guessed or built.
const VERSION_ID = /^[0-9a-f]{32}$/;

/** Names a version of its `seq`. */
export function makeVersionId(seq: number): string {
  return seq.toString(16).padStart(12, "0") + crypto.randomUUID().replaceAll("-", "").slice(0, 20);
}

/** The `seq` of a version's id. @throws {ObjectEngineError} `version_id_invalid`. */
function seqOf(versionId: string): number {
  if (VERSION_ID.test(versionId)) return Number.parseInt(versionId.slice(0, 12), 16);
  throw new ObjectEngineError("version_id_invalid", {
    what: `Cannot look up the version ${JSON.stringify(versionId)}`,
    why: "no version has such an id",
  });
}

/** The current version of a key, which may be a delete marker. */
export function currentVersion(database: Database, bucket: number, key: string): VersionRow | undefined {
  const row = database.get(
    `SELECT ${VERSION_COLUMNS} FROM current WHERE bucket = ? AND key = ?`,
    bucket,
    key,
  );
  return row && versionRow(row);
}

/**
 * A version by its id, or the current one; delete markers count.
 *
 * @throws {ObjectEngineError} `version_id_invalid`.
 */
export function findVersion(
  database: Database,
  bucket: number,
  name: Pick<ObjectName, "key" | "versionId">,
): FoundVersion | undefined {
  const { key, versionId } = name;
  const current = currentVersion(database, bucket, key);
  if (versionId === undefined) return current && { row: current, isLatest: true };

  const wanted = versionId === "null" ? "" : versionId;
  const seq = wanted === "" ? undefined : seqOf(wanted);
  if (current?.versionId === wanted) return { row: current, isLatest: true };
  const row = seq === undefined
    ? database.get(
      `SELECT ${VERSION_COLUMNS} FROM noncurrent WHERE bucket = ? AND key = ? AND version_id = ''`,
      bucket,
      key,
    )
    : database.get(
      `SELECT ${VERSION_COLUMNS} FROM noncurrent WHERE bucket = ? AND key = ? AND seq = ? AND version_id = ?`,
      bucket,
      key,
      seq,
      wanted,
    );
  return row && { row: versionRow(row), isLatest: false };
}

/**
 * A version that has a body.
 *
 * @throws {ObjectEngineError} `no_such_key`, `no_such_version`, `is_delete_marker`, `version_id_invalid`.
 */
export function requireObject(database: Database, bucket: BucketRow, name: ObjectName): FoundVersion {
  const found = findVersion(database, bucket.id, name);
  const what = `Cannot read "${name.key}" in bucket "${bucket.name}"`;
  if (found === undefined) {
    throw name.versionId === undefined
      ? new ObjectEngineError("no_such_key", { what, why: "there is no such object" })
      : new ObjectEngineError("no_such_version", { what, why: `it has no version ${name.versionId}` });
  }
  if (!found.row.marker) return found;
  const marker = { versionId: found.row.versionId || "null", modifiedAt: found.row.modifiedAt };
  throw name.versionId === undefined
    ? new ObjectEngineError("no_such_key", { what, why: "it has been deleted" }, {
      details: { deleteMarker: marker },
    })
    : new ObjectEngineError("is_delete_marker", { what, why: "that version is a delete marker" }, {
      details: { deleteMarker: marker },
    });
}
