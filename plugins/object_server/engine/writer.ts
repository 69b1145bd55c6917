import { applyMutation } from "./apply_mutation.ts";
import type { Database } from "./database.ts";
import { ObjectEngineError } from "./engine_error.ts";
import type { Mutation, Outcome } from "./mutation.ts";
import { databaseFailure } from "./database_failure.ts";
import { Transaction } from "./transaction.ts";

/** The one writer of a database: carries out mutations, many in a transaction with one sync of the disk. */
export class Writer implements Disposable {
  readonly #database: Database;

  /** @param database Open for writing; the writer's from then on. */
  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Carries out mutations in one transaction, in order, each all or not at all.
   *
   * @returns The outcome of each, in order. What succeeded is durable.
   */
  apply(mutations: readonly Mutation[]): Outcome[] {
    try {
      return this.#attempt(mutations);
    } catch (error) {
      if (mutations.length === 1) return [failure(error)];
      // One of them may be why, so each is tried alone: it must not take the others with it.
      return mutations.flatMap((mutation) => this.apply([mutation]));
    }
  }

  [Symbol.dispose](): void {
    this.#database[Symbol.dispose]();
  }

  #attempt(mutations: readonly Mutation[]): Outcome[] {
    const database = this.#database;
    database.exec("BEGIN IMMEDIATE");
    try {
      let last = Number(database.get("SELECT last FROM sequence")!.last);
      const outcomes = mutations.map((mutation) => this.#one(mutation, () => ++last));
      database.run("UPDATE sequence SET last = ?", last);
      database.exec("COMMIT");
      return outcomes;
    } catch (error) {
      try {
        database.exec("ROLLBACK");
      } catch {
        // A full disk or a failed read ends the transaction by itself.
      }
      throw error;
    }
  }

  #one(mutation: Mutation, takeNumber: () => number): Outcome {
    const database = this.#database;
    const transaction = new Transaction(database, takeNumber);
    database.exec("SAVEPOINT mutation");
    try {
      const value = applyMutation(transaction, mutation);
      database.exec("RELEASE mutation");
      return { ok: true, value, released: transaction.released };
    } catch (error) {
      if (!(error instanceof ObjectEngineError)) throw error;
      database.exec("ROLLBACK TO mutation; RELEASE mutation");
      return failure(error);
    }
  }
}

function failure(error: unknown): Outcome {
  const told = error instanceof ObjectEngineError ? error : databaseFailure(error);
  if (told !== undefined) return { ok: false, code: told.code, report: told.report, details: told.details };
  const what = error instanceof Error ? `${error.message}\n${error.stack ?? ""}` : String(error);
  return { ok: false, code: "bug", report: { what }, details: {} };
}
