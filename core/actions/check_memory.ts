import { digestOf } from "../format/digest_of.ts";
import { digestHex } from "../model/digest.ts";
import type { CheckMemory } from "../store/check.ts";
import { openRebuildable } from "../store/rebuildable_database.ts";

/** What a check has found right, for one that goes on after it was stopped. */
export interface KeptCheckMemory extends CheckMemory, Disposable {
  /** Forgets all of it, once a check has come to its end. */
  forget(): void;
}

// So many at once are written in one go; that much is read again at most.
const WRITTEN_AT_ONCE = 500;

/**
 * Opens what is kept of the check of one storage.
 *
 * @param directory The cache.
 * @param resume Whether what an earlier check found right is believed; without, it begins anew.
 */
export function openCheckMemory(directory: string, location: string, resume: boolean): KeptCheckMemory {
  Deno.mkdirSync(`${directory}/checks`, { recursive: true });
  const name = digestHex(digestOf(location)).slice(0, 16);
  const database = openRebuildable(
    `${directory}/checks/${name}.db`,
    "PRAGMA synchronous = OFF; CREATE TABLE IF NOT EXISTS right_1 " +
      "(key TEXT PRIMARY KEY, size INTEGER NOT NULL, modified REAL NOT NULL) WITHOUT ROWID",
  );
  if (!resume) database.exec("DELETE FROM right_1");
  const find = database.prepare("SELECT 1 FROM right_1 WHERE key = ? AND size = ? AND modified = ?");
  const insert = database.prepare("INSERT OR REPLACE INTO right_1 VALUES (?, ?, ?)");
  let waiting: Parameters<CheckMemory["keep"]>[0][] = [];
  const write = () => {
    database.exec("BEGIN");
    for (const { key, size, modifiedAt } of waiting) insert.run(key, size, modifiedAt);
    database.exec("COMMIT");
    waiting = [];
  };
  return {
    isRight: ({ key, size, modifiedAt }) => find.get(key, size, modifiedAt) !== undefined,
    keep(object) {
      waiting.push(object);
      if (waiting.length >= WRITTEN_AT_ONCE) write();
    },
    forget() {
      waiting = [];
      database.exec("DELETE FROM right_1");
    },
    [Symbol.dispose]() {
      if (waiting.length > 0) write();
      database.close();
    },
  };
}
