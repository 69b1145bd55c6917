import type { App } from "../app.ts";
import { storageContract } from "../plugin/conformance/storage.ts";
import { type ClauseCounts, type ClauseOutcome, testContract } from "./test_contract.ts";

/** The sum of it. */
export interface StorageTested extends ClauseCounts {
  readonly type: "storage-check";
  readonly location: string;
}

/**
 * Runs the storage contract against the storage that is configured.
 *
 * @param only Texts in the clauses to run; all if empty.
 * @throws {UserError} `clause_unknown`.
 */
export async function* testStorage(
  app: App,
  only: readonly string[],
): AsyncGenerator<ClauseOutcome | StorageTested> {
  const { storage } = (await app.openProject()).services.store;
  const counts = yield* testContract(app, {
    contract: storageContract,
    subject: { storage, prefix: `check-${crypto.randomUUID()}` },
    only,
    command: "aero storage check",
  });
  yield { type: "storage-check", location: storage.location, ...counts };
}
