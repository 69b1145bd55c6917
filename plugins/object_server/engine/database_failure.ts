import { ObjectEngineError } from "./engine_error.ts";

// node:sqlite gives no numbers of errors in Deno; these are SQLite's own texts, sqlite3ErrStr() in main.c.
const FULL = /database or disk is full/;
const CORRUPT =
  /database disk image is malformed|file is not a database|malformed database schema|no such (table|column|index)/;
const UNAVAILABLE =
  /disk I\/O error|database is locked|unable to open database file|attempt to write a readonly database|out of memory/;

/** SQLite's error as the engine's; `undefined` if it is none that a disk can cause. */
export function databaseFailure(error: unknown): ObjectEngineError | undefined {
  if (!(error instanceof Error)) return undefined;
  const what = "Cannot use the object server's database";
  const why = error.message;
  if (FULL.test(why)) {
    return new ObjectEngineError("full", {
      what,
      why: "its disk is full",
      fix: ["free some space, or move the data directory to another disk"],
    }, { cause: error });
  }
  if (CORRUPT.test(why)) return new ObjectEngineError("corrupt", { what, why }, { cause: error });
  return UNAVAILABLE.test(why)
    ? new ObjectEngineError("unavailable", { what, why }, { cause: error })
    : undefined;
}
