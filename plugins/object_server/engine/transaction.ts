import type { Database } from "./database.ts";
import type { NewBody, ReleasedBody } from "./mutation.ts";

/** What the mutations of one transaction work with. */
export class Transaction {
  readonly database: Database;
  /** Bodies that lost their last reference in this mutation. */
  readonly released: ReleasedBody[] = [];
  readonly #takeNumber: () => number;

  /** @param takeNumber Numbers that only grow, over all transactions. */
  constructor(database: Database, takeNumber: () => number) {
    this.database = database;
    this.#takeNumber = takeNumber;
  }

  /** A number above all that were given before; names versions, bodies and uploads in their order. */
  next(): number {
    return this.#takeNumber();
  }

  /** Keeps a body with one reference. @returns Its id; `undefined` for an empty one. */
  addBody(body: NewBody): number | undefined {
    if (body.size === 0) return undefined;
    const id = this.next();
    this.database.run(
      "INSERT INTO body (id, refs, size, checks, file) VALUES (?, 1, ?, ?, ?)",
      id,
      body.size,
      body.checks,
      body.file ?? null,
    );
    if (body.bytes !== undefined) {
      this.database.run("INSERT INTO body_bytes (id, bytes) VALUES (?, ?)", id, body.bytes);
    }
    return id;
  }

  /** Adds a reference to a body. The caller holds it open, so its row is there even if nothing else refers to it. */
  share(body: number | undefined): void {
    if (body === undefined) return;
    if (this.database.run("UPDATE body SET refs = refs + 1 WHERE id = ?", body) !== 1) {
      throw new TypeError(`Body ${body} was forgotten while it was held open`);
    }
  }

  /** Takes a reference away. The row stays until the file is gone, so that a crash leaves no file without a row. */
  release(body: number | undefined): void {
    if (body === undefined) return;
    const row = this.database.get(
      "UPDATE body SET refs = refs - 1 WHERE id = ? RETURNING refs, file",
      body,
    );
    if (row?.refs === 0) {
      this.released.push({ id: body, file: row.file === null ? undefined : row.file as string });
    }
  }
}
