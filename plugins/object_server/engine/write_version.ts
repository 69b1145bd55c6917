import type { BucketRow, FoundVersion } from "./find_version.ts";
import type { PartRow } from "./mutation.ts";
import type { Transaction } from "./transaction.ts";
import { VERSION_COLUMNS, type VersionRow, versionRow, versionValues } from "./version_row.ts";

const MARKS = VERSION_COLUMNS.split(",").map(() => "?").join(", ");

/**
 * Makes a version the current one.
 *
 * @param former The one that is current until then and becomes an older version; `undefined` if there is none.
 */
export function setCurrent(transaction: Transaction, row: VersionRow, former: VersionRow | undefined): void {
  const { database } = transaction;
  if (former !== undefined) {
    database.run(`INSERT INTO noncurrent (${VERSION_COLUMNS}) VALUES (${MARKS})`, ...versionValues(former));
  }
  database.run(
    `INSERT OR REPLACE INTO current (${VERSION_COLUMNS}) VALUES (${MARKS})`,
    ...versionValues(row),
  );
  const objects = (row.marker ? 0 : 1) - (former === undefined || former.marker ? 0 : 1);
  count(transaction, row.bucket, objects, 1, row.size);
}

/**
 * Removes the null version of a key, in whose place another comes.
 *
 * @returns The current version if it is not the null version.
 */
export function makeWayForNull(
  transaction: Transaction,
  bucket: BucketRow,
  current: VersionRow | undefined,
): VersionRow | undefined {
  if (current === undefined) return undefined;
  if (current.versionId === "") {
    removeVersion(transaction, { row: current, isLatest: true });
    return undefined;
  }
  const older = transaction.database.get(
    `SELECT ${VERSION_COLUMNS} FROM noncurrent WHERE bucket = ? AND key = ? AND version_id = ''`,
    bucket.id,
    current.key,
  );
  if (older !== undefined) removeVersion(transaction, { row: versionRow(older), isLatest: false });
  return current;
}

/** Removes a version for good, and its hold on bodies. */
export function removeVersion(transaction: Transaction, { row, isLatest }: FoundVersion): void {
  const { database } = transaction;
  if (isLatest) database.run("DELETE FROM current WHERE bucket = ? AND key = ?", row.bucket, row.key);
  else {
    database.run(
      "DELETE FROM noncurrent WHERE bucket = ? AND key = ? AND seq = ?",
      row.bucket,
      row.key,
      row.seq,
    );
  }
  transaction.release(row.body);
  if (row.parts > 0) {
    for (
      const part of database.all(
        "SELECT body FROM object_part WHERE version = ? AND body IS NOT NULL",
        row.seq,
      )
    ) {
      transaction.release(part.body as number);
    }
    database.run("DELETE FROM object_part WHERE version = ?", row.seq);
  }
  count(transaction, row.bucket, isLatest && !row.marker ? -1 : 0, -1, -row.size);
}

/** Makes the newest of a key's older versions the current one, if it has any. */
export function promoteNewest(transaction: Transaction, bucket: number, key: string): void {
  const { database } = transaction;
  const newest = database.get(
    `SELECT ${VERSION_COLUMNS} FROM noncurrent WHERE bucket = ? AND key = ? ORDER BY seq DESC LIMIT 1`,
    bucket,
    key,
  );
  if (newest === undefined) return;
  const row = versionRow(newest);
  database.run("DELETE FROM noncurrent WHERE bucket = ? AND key = ? AND seq = ?", bucket, key, row.seq);
  database.run(`INSERT INTO current (${VERSION_COLUMNS}) VALUES (${MARKS})`, ...versionValues(row));
  count(transaction, bucket, row.marker ? 0 : 1, 0, 0);
}

/** Writes back what can change of a version: tags, retention, hold. */
export function updateAttributes(transaction: Transaction, { row, isLatest }: FoundVersion): void {
  transaction.database.run(
    `UPDATE ${
      isLatest ? "current" : "noncurrent"
    } SET attributes = ?, retain_mode = ?, retain_until = ?, hold = ?
     WHERE bucket = ? AND key = ? AND seq = ?`,
    row.attributes,
    row.retention?.mode ?? null,
    row.retention?.until ?? null,
    row.hold === undefined ? null : row.hold ? 1 : 0,
    row.bucket,
    row.key,
    row.seq,
  );
}

/** Keeps where the parts of a version are. */
export function insertParts(transaction: Transaction, seq: number, parts: readonly PartRow[]): void {
  for (const part of parts) {
    transaction.database.run(
      `INSERT INTO object_part (version, number, start, size, etag, modified_at, body, checksums)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      seq,
      part.number,
      part.start,
      part.size,
      part.etag,
      part.modifiedAt,
      part.body ?? null,
      part.checksums,
    );
  }
}

function count(
  transaction: Transaction,
  bucket: number,
  objects: number,
  versions: number,
  bytes: number,
): void {
  transaction.database.run(
    "UPDATE bucket SET objects = objects + ?, versions = versions + ?, bytes = bytes + ? WHERE id = ?",
    objects,
    versions,
    bytes,
    bucket,
  );
}
