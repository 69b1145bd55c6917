import type { DatabaseSync } from "node:sqlite";
import type { StorageKey, StoredObject } from "../plugin/storage.ts";
import { openRebuildable } from "./rebuildable_database.ts";

/** A document of a storage as it was when it was read last. */
export interface KnownDocument extends StoredObject {
  readonly bytes: Uint8Array;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS known_1 (
    key TEXT PRIMARY KEY, size INTEGER NOT NULL, modified REAL NOT NULL, bytes BLOB NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS listing_1 (prefix TEXT PRIMARY KEY, at REAL NOT NULL) WITHOUT ROWID;
`;

// Documents are a few KB; whatever is larger is not worth a place here.
const MOST_BYTES = 4 << 20;
const MOST_WAITING = 200;

/**
 * Names and documents of a storage as they were last seen, for when it cannot be reached: a file that can be deleted at
 * any time. Several processes may have it open.
 */
export class KnownNames implements Disposable {
  readonly #database: DatabaseSync;
  readonly #waiting = new Map<StorageKey, KnownDocument>();

  /** Opens the file at `path`; one that is damaged is made anew. */
  constructor(path: string) {
    this.#database = openRebuildable(path, SCHEMA);
  }

  /** Keeps a document that was just read. */
  keep(key: StorageKey, bytes: Uint8Array): void {
    if (bytes.length > MOST_BYTES) return;
    this.#waiting.set(key, { key, size: bytes.length, modifiedAt: 0, bytes });
    if (this.#waiting.size >= MOST_WAITING) this.flush();
  }

  /** Keeps those of the documents under `prefix` that are not known yet; they are looked up together, not one by one. */
  keepUnknown(
    prefix: string,
    documents: readonly { readonly key: StorageKey; readonly bytes: Uint8Array }[],
  ): void {
    this.flush();
    // Keys have no character above "~".
    const rows = this.#database.prepare("SELECT key FROM known_1 WHERE key >= ? AND key < ?");
    const there = new Set(rows.all(prefix, `${prefix}~`).map(({ key }) => key));
    for (const { key, bytes } of documents) if (!there.has(key)) this.keep(key, bytes);
  }

  /**
   * Notes a complete listing: documents under `prefix` that are not in it are gone.
   *
   * @param at Epoch milliseconds.
   */
  noteListing(prefix: string, objects: readonly StoredObject[], at: number): void {
    this.flush();
    const there = new Map(objects.map((object) => [object.key as string, object]));
    this.#write(() => {
      const remove = this.#database.prepare("DELETE FROM known_1 WHERE key = ?");
      const touch = this.#database.prepare("UPDATE known_1 SET modified = ? WHERE key = ? AND modified <> ?");
      for (const { key } of this.under(prefix)) {
        const object = there.get(key);
        if (object === undefined) remove.run(key);
        else touch.run(object.modifiedAt, key, object.modifiedAt);
      }
      this.#database.prepare("INSERT OR REPLACE INTO listing_1 VALUES (?, ?)").run(prefix, at);
    });
  }

  /** When what `prefix` holds was listed whole; `undefined` if it never was. Epoch milliseconds. */
  listedAt(prefix: string): number | undefined {
    const row = this.#database
      .prepare("SELECT max(at) AS at FROM listing_1 WHERE substr(?, 1, length(prefix)) = prefix")
      .get(prefix);
    return row?.at === null ? undefined : row?.at as number | undefined;
  }

  /** A document; `undefined` if it was never read. */
  get(key: StorageKey): KnownDocument | undefined {
    this.flush();
    const row = this.#database.prepare("SELECT * FROM known_1 WHERE key = ?").get(key);
    return row && toDocument(row);
  }

  /** All documents whose keys begin with `prefix`. */
  under(prefix: string): KnownDocument[] {
    this.flush();
    // Keys have no character above "~".
    const rows = this.#database
      .prepare("SELECT * FROM known_1 WHERE key >= ? AND key < ?")
      .all(prefix, `${prefix}~`);
    return rows.map(toDocument);
  }

  /** Writes what was kept since the last time. */
  flush(): void {
    if (this.#waiting.size === 0) return;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#write(() => {
      // The time of a document is told by listings only.
      const put = this.#database.prepare(
        "INSERT INTO known_1 VALUES (?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET size = excluded.size, bytes = excluded.bytes",
      );
      for (const { key, size, modifiedAt, bytes } of waiting) put.run(key, size, modifiedAt, bytes);
    });
  }

  #write(work: () => void): void {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      work();
      this.#database.exec("COMMIT");
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  [Symbol.dispose](): void {
    if (!this.#database.isOpen) return;
    try {
      this.flush();
    } catch {
      // What is lost is read from the storage again.
    }
    this.#database.close();
  }
}

function toDocument(row: Record<string, unknown>): KnownDocument {
  return {
    key: row.key as StorageKey,
    size: row.size as number,
    modifiedAt: row.modified as number,
    bytes: row.bytes as Uint8Array,
  };
}
