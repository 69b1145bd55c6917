import type { App } from "../app.ts";
import { isAbort, UserError } from "../errors.ts";
import type { ConformanceCase } from "../plugin/conformance/case.ts";

/** What one clause of a contract gave. */
export interface ClauseOutcome {
  readonly type: "clause";
  readonly clause: string;
  readonly outcome: "kept" | "broken" | "skipped";
  /** Why it is broken or was skipped. */
  readonly why?: string;
  /** Milliseconds. */
  readonly durationMs: number;
}

/** How many clauses came out how. */
export interface ClauseCounts {
  readonly kept: number;
  readonly broken: number;
  readonly skipped: number;
}

/** A contract, what is tested by it, and which clauses of it. */
export interface ContractTest<Subject> {
  readonly contract: readonly ConformanceCase<Subject>[];
  readonly subject: Subject;
  /** Texts in the clauses to run; all if empty. */
  readonly only: readonly string[];
  /** What was typed, for the hint. */
  readonly command: string;
}

/** The clauses that were asked for. @throws {UserError} `clause_unknown`. */
export function clausesOf<Subject>(
  { contract, only, command }: Omit<ContractTest<Subject>, "subject">,
): readonly ConformanceCase<Subject>[] {
  const clauses = contract.filter(({ name }) =>
    only.length === 0 || only.some((text) => name.includes(text))
  );
  if (clauses.length === 0) {
    throw new UserError("clause_unknown", {
      what: "Cannot find such a clause",
      why: `none of ${contract.length} has ${only.map((text) => JSON.stringify(text)).join(" or ")} in it`,
      fix: [`run all of them: \`${command}\``],
    });
  }
  return clauses;
}

/**
 * Runs clauses one after another, and gives what each came to; in the end their counts.
 *
 * @throws {UserError} `clause_unknown`.
 */
export async function* testContract<Subject>(
  app: App,
  { contract, subject, only, command }: ContractTest<Subject>,
): AsyncGenerator<ClauseOutcome, ClauseCounts> {
  const clauses = clausesOf({ contract, only, command });
  const counts = { kept: 0, broken: 0, skipped: 0 };
  for (const clause of clauses) {
    app.signal.throwIfAborted();
    const outcome = await clauseOutcome(clause, subject, () => app.io.now().getTime());
    counts[outcome.outcome]++;
    yield outcome;
  }
  return counts;
}

/** Runs one clause; whatever it throws, save for an abort, breaks it. */
export async function clauseOutcome<Subject>(
  clause: ConformanceCase<Subject>,
  subject: Subject,
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
