import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Digest } from "../model/digest.ts";
import { bytesOfDigest, digestOfBytes, type PackEntry } from "./pack_format.ts";
import { openRebuildable } from "./rebuildable_database.ts";

/** Where an object lies in a pack. */
export interface PackLocation {
  readonly pack: Digest;
  /** Bytes from the pack's beginning. */
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS pack_2 (id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE);
  CREATE TABLE IF NOT EXISTS entry_2 (
    digest BLOB NOT NULL, pack INTEGER NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL,
    PRIMARY KEY (digest, pack)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS entry_pack_2 ON entry_2 (pack);
  CREATE TABLE IF NOT EXISTS document_1 (
    key TEXT PRIMARY KEY, size INTEGER NOT NULL, modified REAL NOT NULL, bytes BLOB NOT NULL
  ) WITHOUT ROWID;
`;

/**
 * What is known here of a storage's packs and immutable documents: a file that can be deleted at any time.
 *
 * Several processes may have it open. It never says that something is stored: the storage does.
 */
export class LocalKnowledge implements Disposable {
  readonly #database: DatabaseSync;
  readonly #find: StatementSync;

  private constructor(path: string) {
    this.#database = openRebuildable(path, SCHEMA);
    try {
      this.#find = this.#database.prepare(
        "SELECT p.digest AS pack, e.offset, e.length FROM entry_2 e JOIN pack_2 p ON p.id = e.pack " +
          "WHERE e.digest = ? ORDER BY e.pack DESC",
      );
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  /** Opens the index at `path`; one that is damaged is made anew. */
  static open(path: string): LocalKnowledge {
    return new LocalKnowledge(path);
  }

  /** Where `digest` lies, if a known pack has it: in the pack that came to be known last. */
  find(digest: Digest): PackLocation | undefined {
    const row = this.#find.get(bytesOfDigest(digest));
    return row === undefined ? undefined : toLocation(row);
  }

  /** Every place of `digest` in known packs; may be empty. */
  findAll(digest: Digest): PackLocation[] {
    return this.#find.all(bytesOfDigest(digest)).map(toLocation);
  }

  /** All packs that are known. */
  packs(): Set<Digest> {
    const rows = this.#database.prepare("SELECT digest FROM pack_2").all();
    return new Set(rows.map((row) => digestOfBytes(row.digest as Uint8Array)));
  }

  /** The objects of a pack, in its order; empty if it is not known. */
  entriesOf(pack: Digest): PackEntry[] {
    const rows = this.#database.prepare(
      "SELECT e.digest, e.offset, e.length FROM entry_2 e JOIN pack_2 p ON p.id = e.pack " +
        "WHERE p.digest = ? ORDER BY e.offset",
    ).all(bytesOfDigest(pack));
    return rows.map((row) => ({
      digest: digestOfBytes(row.digest as Uint8Array),
      offset: row.offset as number,
      length: row.length as number,
    }));
  }

  /** Adds a pack and its objects. */
  addPack(pack: Digest, entries: readonly PackEntry[]): void {
    this.#transaction(() => {
      const key = bytesOfDigest(pack);
      this.#database.prepare("INSERT OR IGNORE INTO pack_2 (digest) VALUES (?)").run(key);
      const id = this.#database.prepare("SELECT id FROM pack_2 WHERE digest = ?").get(key)!.id as number;
      const insert = this.#database.prepare("INSERT OR IGNORE INTO entry_2 VALUES (?, ?, ?, ?)");
      for (const entry of entries) insert.run(bytesOfDigest(entry.digest), id, entry.offset, entry.length);
    });
  }

  /** Forgets packs and what they held. */
  removePacks(packs: Iterable<Digest>): void {
    this.#transaction(() => {
      const entries = this.#database.prepare(
        "DELETE FROM entry_2 WHERE pack = (SELECT id FROM pack_2 WHERE digest = ?)",
      );
      const removal = this.#database.prepare("DELETE FROM pack_2 WHERE digest = ?");
      for (const pack of packs) {
        entries.run(bytesOfDigest(pack));
        removal.run(bytesOfDigest(pack));
      }
    });
  }

  /** The bytes of an immutable document, if they were read when the storage told of it in the same words. */
  document(key: string, size: number, modifiedAt: number): Uint8Array | undefined {
    const row = this.#database
      .prepare("SELECT bytes FROM document_1 WHERE key = ? AND size = ? AND modified = ?")
      .get(key, size, modifiedAt);
    return row?.bytes as Uint8Array | undefined;
  }

  /** Keeps the bytes of immutable documents. */
  keepDocuments(documents: readonly { key: string; modifiedAt: number; bytes: Uint8Array }[]): void {
    if (documents.length === 0) return;
    this.#transaction(() => {
      const insert = this.#database.prepare("INSERT OR REPLACE INTO document_1 VALUES (?, ?, ?, ?)");
      for (const { key, modifiedAt, bytes } of documents) insert.run(key, bytes.length, modifiedAt, bytes);
    });
  }

  #transaction(work: () => void): void {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      work();
      this.#database.exec("COMMIT");
    } catch (error) {
      // A full disk has ended it already.
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}

function toLocation(row: Record<string, unknown>): PackLocation {
  return {
    pack: digestOfBytes(row.pack as Uint8Array),
    offset: row.offset as number,
    length: row.length as number,
  };
}
