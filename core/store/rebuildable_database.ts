import { DatabaseSync } from "node:sqlite";
import { OutsideError } from "../errors.ts";
import { databaseFault } from "../model/database_fault.ts";
import { writeAhead } from "../model/write_ahead.ts";
import { removeIfThere } from "./staging.ts";

/**
 * Opens a SQLite file that can be made again from what it was made from; several processes may have it open.
 *
 * One that is damaged is made anew. One that is locked, or whose disk is full, is another's or will be right again, and
 * stays: removed under those who have it open it would lose what they write.
 *
 * @param schema Makes what is not there; `IF NOT EXISTS`.
 * @throws {OutsideError} `disk_full`, or `file_unusable` if it can be neither opened nor written where it is.
 * @throws {Error} SQLite's own, for what is wrong with the schema.
 */
export function openRebuildable(path: string, schema: string): DatabaseSync {
  try {
    return openOrRemake(path, schema);
  } catch (error) {
    const fault = databaseFault(error);
    if (fault === undefined) throw error;
    throw new OutsideError(fault === "full" ? "disk_full" : "file_unusable", {
      what: `Cannot use ${JSON.stringify(path)}`,
      why: fault === "full" ? "no space is left on its disk" : (error as Error).message,
      fix: [
        fault === "full"
          ? "free space on that disk; `aero cache prune` does where the cache is"
          : "see whether its disk has room and is sound, and its directory can be written: `aero doctor`",
      ],
    }, { cause: error });
  }
}

function openOrRemake(path: string, schema: string): DatabaseSync {
  try {
    return open(path, schema);
  } catch (error) {
    if (!isDamage(error)) throw error;
    for (const suffix of ["", "-wal", "-shm"]) removeIfThere(path + suffix);
    return open(path, schema);
  }
}

function open(path: string, schema: string): DatabaseSync {
  const database = new DatabaseSync(path);
  try {
    writeAhead(database);
    database.exec(schema);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

// node:sqlite gives no numbers of errors in Deno; these are SQLite's own texts, sqlite3ErrStr() in main.c.
function isDamage(error: unknown): boolean {
  return error instanceof Error && /not a database|malformed/.test(error.message);
}
