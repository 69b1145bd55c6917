import { DatabaseSync } from "node:sqlite";
import type { Digest } from "../model/digest.ts";
import type { ScanMemory, ScannedFile, TreeScan } from "../model/tree_scan.ts";
import { writeAhead } from "../model/write_ahead.ts";
import { decodeScan, encodeScan } from "./scan_columns.ts";

/**
 * How long a file must have been left alone before its stamp says that it did not change: ctime has whole seconds
 * here, so that a second write in the same second would leave no trace. The idea of git's "racy" index entries.
 */
const SETTLED_MS = 2000;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS scan_1 (
    root TEXT PRIMARY KEY, manifest TEXT NOT NULL, at REAL NOT NULL, files BLOB NOT NULL
  );
`;

/**
 * Remembers in a SQLite file what trees held when they were added, one row a tree.
 *
 * May be deleted at any time; several processes may have it open.
 */
export class FileStamps implements ScanMemory, Disposable {
  readonly #database: DatabaseSync;

  /** Opens the file at `path`, or makes it; one that cannot be read is made anew. */
  static open(path: string): FileStamps {
    try {
      return new FileStamps(path);
    } catch (error) {
      // SQLITE_NOTADB and SQLITE_CORRUPT, which the runtime gives as text only.
      if (!(error instanceof Error && /not a database|malformed/.test(error.message))) throw error;
      for (const suffix of ["", "-wal", "-shm"]) removeIfThere(path + suffix);
      return new FileStamps(path);
    }
  }

  private constructor(path: string) {
    this.#database = new DatabaseSync(path);
    try {
      writeAhead(this.#database);
      this.#database.exec(SCHEMA);
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  /** See {@link ScanMemory.recall}. A row that cannot be read counts as none. */
  recall(root: string): TreeScan | undefined {
    const row = this.#database.prepare("SELECT manifest, at, files FROM scan_1 WHERE root = ?").get(root);
    if (row === undefined) return undefined;
    const files = decodeScan(row.files as Uint8Array);
    return files && { manifest: row.manifest as Digest, scannedAt: row.at as number, files };
  }

  /** See {@link ScanMemory.remember}. Files that changed just before the scan are left out. */
  remember(root: string, scan: TreeScan): void {
    const settled = scan.files.filter((file) => isSettled(file, scan.scannedAt));
    this.#database
      .prepare("INSERT OR REPLACE INTO scan_1 VALUES (?, ?, ?, ?)")
      .run(root, scan.manifest, scan.scannedAt, encodeScan(settled));
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}

function isSettled({ stamp }: ScannedFile, scannedAt: number): boolean {
  return Math.max(stamp.modifiedAt, stamp.changedAt) + SETTLED_MS <= scannedAt;
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
