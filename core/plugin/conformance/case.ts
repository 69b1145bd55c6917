/** One clause of a contract; run by `deno test` and by the program's own check commands. */
export interface ConformanceCase<Subject> {
  /** Reads as a sentence of the contract. */
  readonly name: string;
  /** The reason why the clause does not apply, from capabilities only. */
  skip?(subject: Subject): string | undefined;
  /** @throws {ContractBreach} if the subject does not keep the clause. */
  run(subject: Subject): Promise<void>;
}

/** A subject did not keep a clause. */
export class ContractBreach extends Error {
  override readonly name = "ContractBreach";
}

/**
 * States what must hold.
 *
 * @throws {ContractBreach} with `message` unless `condition`.
 */
export function must(condition: boolean, message: string): asserts condition {
  if (!condition) throw new ContractBreach(message);
}
