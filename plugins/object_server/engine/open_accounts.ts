import type { Accounts } from "../object_engine.ts";
import { BodyFiles } from "./body_files.ts";
import { Database } from "./database.ts";
import { databaseFailure } from "./database_failure.ts";
import { DiskAccounts } from "./disk_accounts.ts";
import { ObjectEngineError } from "./engine_error.ts";
import { fileFailure } from "./file_failure.ts";
import type { Mutation } from "./mutation.ts";
import { DATABASE_NAME } from "./open_engine.ts";
import { openForWriting } from "./schema.ts";
import { Writer } from "./writer.ts";

/**
 * Opens the users of a data directory, and nothing else of it: a server may have it open, and sees changes at once.
 *
 * @param directory Made if it is not there.
 * @throws {ObjectEngineError} `unavailable` if a newer aero wrote it; `denied`, `full`.
 */
export function openDiskAccounts(
  directory: string,
  now: () => number,
): { readonly accounts: Accounts; dispose(): void } {
  const path = `${directory}/${DATABASE_NAME}`;
  using opened = new DisposableStack();
  try {
    BodyFiles.prepare(directory, path);
    const writer = opened.use(new Writer(openForWriting(path)));
    const database = opened.use(new Database(path, { readOnly: true }));
    // deno-lint-ignore require-await -- failures are rejections
    const commit = async <T>(mutation: Mutation): Promise<T> => {
      const [outcome] = writer.apply([mutation]);
      if (outcome!.ok) return outcome!.value as T;
      if (outcome!.code === "bug") throw new TypeError(outcome!.report.what);
      throw new ObjectEngineError(outcome!.code, outcome!.report, { details: outcome!.details });
    };
    const accounts = new DiskAccounts({ database, now, commit });
    const stack = opened.move();
    return { accounts, dispose: () => stack.dispose() };
  } catch (error) {
    throw databaseFailure(error) ?? fileFailure(`Cannot open ${directory}`, error);
  }
}
