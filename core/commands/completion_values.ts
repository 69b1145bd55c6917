import type { Candidate } from "../cli/complete.ts";
import type { CompletionKind } from "../cli/flags.ts";
import type { App } from "./define.ts";

/**
 * Names in the project that a shell may offer; none for a kind that the project cannot tell quickly.
 *
 * @throws {AeroError} if the project cannot be read; completion then offers nothing.
 */
export function completionValues(_kind: CompletionKind, _app: App): Promise<readonly Candidate[]> {
  return Promise.resolve([]);
}
