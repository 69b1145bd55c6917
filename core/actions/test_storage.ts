import type { App } from "../app.ts";
import { isAbort, UserError } from "../errors.ts";
import type { ConformanceCase } from "../plugin/conformance/case.ts";
import { storageContract, type StorageSubject } from "../plugin/conformance/storage.ts";

/** What one clause of the contract gave. */
export interface ClauseOutcome {
  readonly type: "clause";
  readonly clause: string;
  readonly outcome: "kept" | "broken" | "skipped";
  /** Why it is broken or was skipped. */
  readonly why?: string;
  /** Milliseconds. */
  readonly durationMs: number;
}

/** The sum of it. */
export interface StorageTested {
  readonly type: "storage-check";
  readonly location: string;
  readonly kept: number;
  readonly broken: number;
  readonly skipped: number;
}

/**
 * Runs the storage contract against the storage that is configured.
 *
 * @param only Texts in the clauses to run; all if empty.
 */
export async function* testStorage(
  app: App,
  only: readonly string[],
): AsyncGenerator<ClauseOutcome | StorageTested> {
  const { storage } = (await app.openProject()).services.store;
  const clauses = storageContract.filter(({ name }) =>
    only.length === 0 || only.some((text) => name.includes(text))
  );
  if (clauses.length === 0) {
    throw new UserError("clause_unknown", {
      what: "Cannot find such a clause",
      why: `none of ${storageContract.length} has ${
        only.map((text) => JSON.stringify(text)).join(" or ")
      } in it`,
      fix: ["run all of them: `aero storage check`"],
    });
  }
  const subject: StorageSubject = { storage, prefix: `check-${crypto.randomUUID()}` };
  const counts = { kept: 0, broken: 0, skipped: 0 };
  for (const clause of clauses) {
    app.signal.throwIfAborted();
    const outcome = await clauseOutcome(clause, subject, () => app.io.now().getTime());
    counts[outcome.outcome]++;
    yield outcome;
  }
  yield { type: "storage-check", location: storage.location, ...counts };
}

/** Runs one clause; whatever it throws, save for an abort, breaks it. */
export async function clauseOutcome(
  clause: ConformanceCase<StorageSubject>,
  subject: StorageSubject,
  now: () => number,
): Promise<ClauseOutcome> {
  const skipped = clause.skip?.(subject);
  const about = { type: "clause", clause: clause.name } as const;
  if (skipped !== undefined) return { ...about, outcome: "skipped", why: skipped, durationMs: 0 };
  const startedAt = now();
  try {
    await clause.run(subject);
    return { ...about, outcome: "kept", durationMs: now() - startedAt };
  } catch (error) {
    if (isAbort(error)) throw error;
    const why = error instanceof Error ? error.message : String(error);
    return { ...about, outcome: "broken", why, durationMs: now() - startedAt };
  }
}
