import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from "node:sqlite";
import { databaseFailure } from "./database_failure.ts";

/** A row as the database gives it. */
export type Row = Readonly<Record<string, SQLOutputValue>>;

/**
 * A connection that prepares each statement once. One for reading tells the disk's failures as the engine's; one for
 * writing leaves them to the writer, who has to know what became of the transaction.
 */
export class Database implements Disposable {
  readonly #readOnly: boolean;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(path: string, options: { readonly readOnly?: boolean } = {}) {
    this.#readOnly = options.readOnly ?? false;
    this.#database = new DatabaseSync(path, { readOnly: this.#readOnly });
    // Another process may add a user at the same time; milliseconds.
    this.#database.exec("PRAGMA busy_timeout = 10000; PRAGMA mmap_size = 0");
  }

  /** Runs statements that need no values and no plan. */
  exec(sql: string): void {
    this.#database.exec(sql);
  }

  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#told(() => this.#prepare(sql).get(...values) as Row | undefined);
  }

  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#told(() => this.#prepare(sql).all(...values) as Row[]);
  }

  /** @returns How many rows it changed. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#prepare(sql).run(...values).changes);
  }

  /** What `work` reads is of one moment, however others write. */
  snapshot<T>(work: () => T): T {
    this.#database.exec("BEGIN");
    try {
      return work();
    } finally {
      this.#database.exec("COMMIT");
    }
  }

  [Symbol.dispose](): void {
    this.#statements.clear();
    this.#database.close();
  }

  #told<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw this.#readOnly ? databaseFailure(error) ?? error : error;
    }
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
