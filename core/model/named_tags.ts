import type { JsonValue } from "./json.ts";
import type { RunStart } from "./run.ts";

/** Tags by name: those of an imported run with the values that they had where it came from, all others `true`. */
export function namedTags(
  { tags, imported }: Pick<RunStart, "tags" | "imported">,
): Record<string, JsonValue> {
  return { ...(imported?.tags ?? Object.fromEntries(tags.map((tag) => [tag, true]))) };
}

/** The commit of a run, unless it is the zeros of an import that knows none. */
export function knownCommit(commit: string): string | undefined {
  return /[^0]/.test(commit) ? commit : undefined;
}
