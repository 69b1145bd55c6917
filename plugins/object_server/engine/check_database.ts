import type { Database } from "./database.ts";
import { ObjectEngineError } from "./engine_error.ts";

/** The bytes of small bodies, which are most of a database; each has checksums that are looked at when it is read. */
const CHECKED_WHEN_READ = "body_bytes";

/**
 * Checks that the trees of a database are whole, as far as SQLite can tell: a broken one may seem to have fewer rows, and
 * so a bucket fewer objects, without any error.
 *
 * Reads all but the bodies: of a million objects 0.8 s from memory, and 9 s from the disk of a small virtual machine.
 *
 * @throws {ObjectEngineError} `corrupt`.
 */
export function checkDatabase(database: Database, path: string): void {
  const tables = database.all(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> ?",
    CHECKED_WHEN_READ,
  );
  for (const { name } of tables) {
    const told = database.get(`PRAGMA quick_check("${name}")`)?.quick_check;
    if (told === "ok") continue;
    throw new ObjectEngineError("corrupt", {
      what: `Cannot open ${path}`,
      why: `it is damaged: ${String(told).replaceAll(/\s+/g, " ").trim()}`,
      fix: [
        "put back a copy of its directory, if there is one",
        "or salvage what can be read by SQLite's own means: https://sqlite.org/recovery.html",
      ],
    });
  }
}
