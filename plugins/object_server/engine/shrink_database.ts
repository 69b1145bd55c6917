import type { Database } from "./database.ts";

/** Free space in a database that is worth giving back, in bytes; less is soon used again. */
const LEAST_FREE_BYTES = 64 * 1024 * 1024;
/** What is written anew in giving it back, at some 80 MB a second, and nothing is served meanwhile. */
const MOST_KEPT_BYTES = 1024 * 1024 * 1024;

/** How much of a database is used, and how much is free, in bytes. */
export interface DatabaseSpace {
  readonly kept: number;
  readonly free: number;
}

/** Whether free space is worth giving back to the disk: more than is kept, and not at the cost of a long wait. */
export function isWorthShrinking({ kept, free }: DatabaseSpace): boolean {
  return free >= LEAST_FREE_BYTES && free >= kept && kept <= MOST_KEPT_BYTES;
}

/**
 * Gives the free space of a database back to its disk, where that is worth it. Others may use the database meanwhile, and
 * wait.
 *
 * Not by incremental vacuum, which takes ten times as long for the same and slows down every write.
 *
 * @returns Whether it did.
 * @throws SQLite's errors; the database is then as it was.
 */
export function shrinkDatabase(
  database: Database,
  isWorth: (space: DatabaseSpace) => boolean = isWorthShrinking,
): boolean {
  const count = (name: string) => Number(database.get(`PRAGMA ${name}`)![name]);
  const pageBytes = count("page_size");
  const free = count("freelist_count") * pageBytes;
  if (!isWorth({ free, kept: count("page_count") * pageBytes - free })) return false;
  database.exec("VACUUM");
  // The pages that are gone leave the file when the log is taken into it.
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  return true;
}
