import { Database } from "./database.ts";
import { ObjectEngineError } from "./engine_error.ts";

/** Version of the data directory that this code reads and writes. */
const SCHEMA_VERSION = 1;

// `current` and `noncurrent` have the same columns: a list of objects reads nothing of older versions, and a put
// without versioning touches one tree. A null version has an empty `version_id`; `seq` orders the versions of a key and
// names the parts of one. Text compares by its UTF-8 bytes, S3's order.
const VERSION_COLUMNS = `
  bucket INTEGER NOT NULL, key TEXT NOT NULL, seq INTEGER NOT NULL, version_id TEXT NOT NULL, marker INTEGER NOT NULL,
  modified_at INTEGER NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL, body INTEGER, parts INTEGER NOT NULL,
  owner TEXT NOT NULL, storage_class TEXT NOT NULL, retain_mode TEXT, retain_until INTEGER, hold INTEGER,
  attributes TEXT NOT NULL`;

const SCHEMA = `
CREATE TABLE sequence (last INTEGER NOT NULL);
INSERT INTO sequence VALUES (0);
CREATE TABLE bucket (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, created_at INTEGER NOT NULL,
  versioning TEXT NOT NULL, object_lock TEXT, holds TEXT NOT NULL,
  objects INTEGER NOT NULL DEFAULT 0, versions INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0);
CREATE TABLE document (
  bucket INTEGER NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (bucket, kind)) WITHOUT ROWID;
CREATE TABLE current (${VERSION_COLUMNS}, PRIMARY KEY (bucket, key)) WITHOUT ROWID;
CREATE TABLE noncurrent (${VERSION_COLUMNS}, PRIMARY KEY (bucket, key, seq DESC)) WITHOUT ROWID;
CREATE INDEX noncurrent_null ON noncurrent (bucket, key) WHERE version_id = '';
CREATE TABLE object_part (
  version INTEGER NOT NULL, number INTEGER NOT NULL, start INTEGER NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL,
  modified_at INTEGER NOT NULL, body INTEGER, checksums TEXT NOT NULL, PRIMARY KEY (version, number)) WITHOUT ROWID;
CREATE TABLE body (
  id INTEGER PRIMARY KEY, refs INTEGER NOT NULL, size INTEGER NOT NULL, checks BLOB NOT NULL, file TEXT);
CREATE UNIQUE INDEX body_file ON body (file) WHERE file IS NOT NULL;
CREATE INDEX body_unneeded ON body (id) WHERE refs = 0;
CREATE TABLE body_bytes (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
CREATE TABLE upload (
  bucket INTEGER NOT NULL, key TEXT NOT NULL, id TEXT NOT NULL, created_at INTEGER NOT NULL, initiator TEXT NOT NULL,
  attributes TEXT NOT NULL, checksum TEXT, PRIMARY KEY (bucket, key, id)) WITHOUT ROWID;
CREATE TABLE upload_part (
  upload TEXT NOT NULL, number INTEGER NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL, modified_at INTEGER NOT NULL,
  body INTEGER, seq INTEGER NOT NULL, checksums TEXT NOT NULL, PRIMARY KEY (upload, number)) WITHOUT ROWID;
CREATE TABLE completed (
  upload TEXT PRIMARY KEY, bucket INTEGER NOT NULL, key TEXT NOT NULL, parts TEXT NOT NULL, object TEXT NOT NULL,
  at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX completed_at ON completed (at);
CREATE TABLE account (name TEXT PRIMARY KEY, created_at INTEGER NOT NULL, grants TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE access_key (
  id TEXT PRIMARY KEY, account TEXT NOT NULL, secret TEXT NOT NULL, created_at INTEGER NOT NULL) WITHOUT ROWID;
`;

/**
 * Opens the database of a data directory for writing, and makes it if it is not there.
 *
 * @throws {ObjectEngineError} `unavailable` if it was written by a newer aero.
 */
export function openForWriting(path: string): Database {
  // It holds the secrets of access keys, and the files beside it take over who may read it.
  Deno.openSync(path, { write: true, create: true, mode: 0o600 }).close();
  const database = new Database(path);
  try {
    // FULL: a commit has reached the disk when it returns.
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    // 4,000 pages of 4 KiB: the log stays near 16 MB; what is past 64 MB is given back.
    database.exec("PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864");
    makeSchema(database, path);
    return database;
  } catch (error) {
    database[Symbol.dispose]();
    throw error;
  }
}

function makeSchema(database: Database, path: string): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    const version = Number(database.get("PRAGMA user_version")!.user_version);
    if (version > SCHEMA_VERSION) {
      throw new ObjectEngineError("unavailable", {
        what: `Cannot open ${path}`,
        why: `its format is ${version}, and this aero knows ${SCHEMA_VERSION} at most`,
        fix: ["use the aero that wrote it, or a newer one"],
      });
    }
    if (version === 0) database.exec(`${SCHEMA}; PRAGMA user_version = ${SCHEMA_VERSION}`);
    database.exec("COMMIT");
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}
