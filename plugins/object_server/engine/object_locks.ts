import type { ObjectAttributes, ObjectLock, Retention } from "../object_engine.ts";
import { ObjectEngineError } from "./engine_error.ts";
import type { BucketRow } from "./find_version.ts";
import type { VersionRow } from "./version_row.ts";
import { parseKept } from "./kept_json.ts";

const DAY = 24 * 60 * 60 * 1000;

/**
 * The retention of an object that is stored now: what it came with, or the bucket's default.
 *
 * @param now Epoch milliseconds.
 * @throws {ObjectEngineError} `lock_not_enabled`.
 */
export function retentionAtPut(
  bucket: BucketRow,
  attributes: Pick<ObjectAttributes, "retention" | "legalHold">,
  now: number,
): Retention | undefined {
  if (attributes.retention !== undefined || attributes.legalHold !== undefined) assertLockEnabled(bucket);
  if (attributes.retention !== undefined || bucket.objectLock === undefined) return attributes.retention;
  const { defaultRetention } = parseKept<ObjectLock>(bucket.objectLock);
  if (defaultRetention === undefined) return undefined;
  // Years of 365 days: "Amazon S3 PutObjectLockConfiguration" leaves leap days open.
  const days = defaultRetention.days ?? (defaultRetention.years ?? 0) * 365;
  return { mode: defaultRetention.mode, until: now + days * DAY };
}

/** @throws {ObjectEngineError} `lock_not_enabled`. */
export function assertLockEnabled(bucket: BucketRow): void {
  if (bucket.objectLock !== undefined) return;
  throw new ObjectEngineError("lock_not_enabled", {
    what: `Cannot lock an object in bucket "${bucket.name}"`,
    why: "object lock is not on in it",
  });
}

/**
 * Checks that a version may be removed for good.
 *
 * @throws {ObjectEngineError} `locked`.
 */
export function assertRemovable(row: VersionRow, now: number, bypassGovernance: boolean): void {
  const what = `Cannot remove version ${row.versionId || "null"} of "${row.key}"`;
  if (row.hold === true) throw new ObjectEngineError("locked", { what, why: "it is under legal hold" });
  if (isRetained(row.retention, now, bypassGovernance)) {
    throw new ObjectEngineError("locked", { what, why: retainedText(row.retention!) });
  }
}

/**
 * Checks that a retention may be changed to another: later in the same mode always, else only if it does not bind.
 *
 * @throws {ObjectEngineError} `locked`.
 */
export function assertRetentionMayBecome(
  row: VersionRow,
  retention: Retention | undefined,
  now: number,
  bypassGovernance: boolean,
): void {
  const old = row.retention;
  if (!isRetained(old, now, bypassGovernance)) return;
  if (retention !== undefined && retention.mode === old!.mode && retention.until >= old!.until) return;
  throw new ObjectEngineError("locked", {
    what: `Cannot change the retention of "${row.key}"`,
    why: retainedText(old!),
  });
}

function isRetained(retention: Retention | undefined, now: number, bypassGovernance: boolean): boolean {
  if (retention === undefined || retention.until <= now) return false;
  return retention.mode === "COMPLIANCE" || !bypassGovernance;
}

function retainedText(retention: Retention): string {
  return `it is retained in ${retention.mode.toLowerCase()} mode until ${
    new Date(retention.until).toISOString()
  }`;
}
