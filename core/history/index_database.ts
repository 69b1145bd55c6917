import { DatabaseSync } from "node:sqlite";
import { OutsideError } from "../errors.ts";
import { writeAhead } from "../model/write_ahead.ts";

/** Changes with the tables and with what a summary holds: an index of another version is made anew. */
const SCHEMA_VERSION = 4;

const TABLES = `
  CREATE TABLE run (
    run TEXT PRIMARY KEY, project TEXT NOT NULL, stage TEXT NOT NULL, started_at REAL NOT NULL,
    version TEXT NOT NULL, commit_id TEXT NOT NULL, summary TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX run_by_time ON run (started_at, run);
  CREATE TABLE verdict (run TEXT NOT NULL, document TEXT NOT NULL, PRIMARY KEY (run, document)) WITHOUT ROWID;
  CREATE TABLE annotation (run TEXT NOT NULL, document TEXT NOT NULL, PRIMARY KEY (run, document)) WITHOUT ROWID;
  CREATE TABLE fact (name TEXT PRIMARY KEY) WITHOUT ROWID;
`;

const ENDS = `
  SELECT max(run) FROM run UNION ALL SELECT max(started_at) FROM run
  UNION ALL SELECT max(run) FROM verdict UNION ALL SELECT max(run) FROM annotation UNION ALL SELECT max(name) FROM fact
`;

/**
 * Opens the file of an index; makes it anew if it is absent, damaged or of another version.
 *
 * Several processes may open it at once; a write waits for those of others.
 *
 * @throws {OutsideError} `index_unavailable` if the file can be neither read nor made.
 */
export function openIndexDatabase(path: string): DatabaseSync {
  try {
    const database = tryOpen(path);
    if (database !== undefined) return database;
    for (const suffix of ["", "-wal", "-shm"]) removeIfThere(path + suffix);
    const fresh = tryOpen(path);
    if (fresh !== undefined) return fresh;
  } catch (cause) {
    throw indexUnavailable(path, cause);
  }
  throw indexUnavailable(path, undefined);
}

/** The error for an index that cannot be used. */
export function indexUnavailable(path: string, cause: unknown): OutsideError {
  return new OutsideError("index_unavailable", {
    what: `Cannot use the index of runs, ${JSON.stringify(path)}`,
    ...(cause instanceof Error ? { why: isDisk(cause) ? "its disk is full or fails" : cause.message } : {}),
    fix: [
      cause instanceof Error && isDisk(cause)
        ? "free space on that disk; `aero cache prune` does where the cache is"
        : `remove ${path}: it is made anew from journals and storage`,
    ],
  }, { cause, retryable: cause instanceof Error && isBusy(cause) });
}

/** `undefined` if there is a file, and it is not an index of this version. */
function tryOpen(path: string): DatabaseSync | undefined {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path);
    writeAhead(database);
    if (versionOf(database) === 0) create(database);
    if (versionOf(database) === SCHEMA_VERSION) {
      readEnds(database);
      return database;
    }
  } catch (error) {
    // Whatever is wrong with the content of a rebuildable file is mended by building it again.
    if (!(error instanceof Error) || !isDamage(error)) {
      database?.close();
      throw error;
    }
  }
  database?.close();
  return undefined;
}

function versionOf(database: DatabaseSync): number {
  return database.prepare("PRAGMA user_version").get()!.user_version as number;
}

/**
 * Throws if the ends of the tables are damaged. A full check would cost each command as much as there is history;
 * damage further in shows when it is met.
 */
function readEnds(database: DatabaseSync): void {
  database.prepare(ENDS).all();
}

function create(database: DatabaseSync): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    // Another process may have made the tables while this one waited.
    if (versionOf(database) === 0) database.exec(`${TABLES} PRAGMA user_version = ${SCHEMA_VERSION}`);
    database.exec("COMMIT");
  } catch (error) {
    // A full disk has ended it already.
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

// node:sqlite gives no numbers of errors in Deno; these are SQLite's own texts, sqlite3ErrStr() in main.c.
function isDamage(error: Error): boolean {
  return /not a database|malformed|already exists/.test(error.message);
}

function isBusy(error: Error): boolean {
  return /database (?:table )?is locked/.test(error.message);
}

/** A full disk shows as either, by what was being written. */
function isDisk(error: Error): boolean {
  return /disk I\/O error|disk is full/.test(error.message);
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
