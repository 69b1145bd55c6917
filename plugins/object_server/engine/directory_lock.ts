import { DatabaseSync } from "node:sqlite";
import { ObjectEngineError } from "./engine_error.ts";

/**
 * Keeps a data directory to one server: held until it is disposed or the process ends, however it ends.
 *
 * It is a lock of the kernel's on the file `lock`, taken by SQLite since that takes it on every system in the way that
 * also holds within one process.
 */
export class DirectoryLock implements Disposable {
  readonly #database: DatabaseSync;

  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** @throws {ObjectEngineError} `unavailable` if a server has it. */
  static take(directory: string): DirectoryLock {
    const database = new DatabaseSync(`${directory}/lock`);
    try {
      database.exec("BEGIN EXCLUSIVE");
      return new DirectoryLock(database);
    } catch (error) {
      database.close();
      if (!(error instanceof Error) || !/database is locked/.test(error.message)) throw error;
      throw new ObjectEngineError("unavailable", {
        what: `Cannot open ${directory}`,
        why: "another object server has it open",
        fix: ["stop the other: `aero storage down`", "or use another data directory"],
      }, { cause: error });
    }
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}
