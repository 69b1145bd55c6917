import { DatabaseSync } from "node:sqlite";
import { writeAhead } from "../model/write_ahead.ts";
import { removeIfThere } from "./staging.ts";

/**
 * Opens a SQLite file that can be made again from what it was made from; several processes may have it open.
 *
 * One that is damaged is made anew. One that is locked, or whose disk is full, is another's or will be right again, and
 * stays: removed under those who have it open it would lose what they write.
 *
 * @param schema Makes what is not there; `IF NOT EXISTS`.
 * @throws {Error} SQLite's own.
 */
export function openRebuildable(path: string, schema: string): DatabaseSync {
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
