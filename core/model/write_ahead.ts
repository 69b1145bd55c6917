// How often others may be in the way; each time is a wait for them.
const MOST_TRIES = 20;

/**
 * Lets several processes have a SQLite file open: its log is written ahead, and who meets a lock waits 10 s for it.
 *
 * SQLite refuses at once, without that wait, when two processes turn the log on at the same moment.
 *
 * @throws {Error} SQLite's own, also if the file is no database.
 */
export function writeAhead(database: { exec(sql: string): void }): void {
  database.exec("PRAGMA busy_timeout = 10000; PRAGMA synchronous = NORMAL");
  for (let left = MOST_TRIES;; left--) {
    try {
      return database.exec("PRAGMA journal_mode = WAL");
    } catch (error) {
      if (left === 0 || !(error instanceof Error && error.message.includes("locked"))) throw error;
      // A transaction does wait until the other is through.
      database.exec("BEGIN IMMEDIATE; COMMIT");
    }
  }
}
