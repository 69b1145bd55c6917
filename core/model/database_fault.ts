// node:sqlite gives no numbers of errors in Deno; these are SQLite's own texts, sqlite3ErrStr() in main.c.
const FULL = /database or disk is full/;
const UNUSABLE =
  /disk I\/O error|unable to open database file|attempt to write a readonly database|database is locked/;

/**
 * What an error of SQLite says of the disk that its file is on: that it is full, or that the file cannot be used there now.
 *
 * @returns `undefined` for any other error, also one of SQLite.
 */
export function databaseFault(error: unknown): "full" | "unusable" | undefined {
  if (!(error instanceof Error) || (error as { code?: unknown }).code !== "ERR_SQLITE_ERROR") {
    return undefined;
  }
  if (FULL.test(error.message)) return "full";
  return UNUSABLE.test(error.message) ? "unusable" : undefined;
}
