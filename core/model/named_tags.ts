import type { JsonValue } from "./json.ts";
import type { RunStart } from "./run.ts";

/** Tags by name: those of an imported run with the values that they had where it came from, all others `true`. */
export function namedTags(
  { tags, imported }: Pick<RunStart, "tags" | "imported">,
): Record<string, JsonValue> {
  return { ...(imported?.tags ?? Object.fromEntries(tags.map((tag) => [tag, true]))) };
}

/** A tag as one word, for places that have no values of tags: `name`, or `name=value` if there is something to say. */
export function tagWord(name: string, value: JsonValue): string {
  if (value === true || value === "") return name;
  return `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`;
}

/** The commit of a run, unless it is the zeros of an import that knows none. */
export function knownCommit(commit: string): string | undefined {
  return /[^0]/.test(commit) ? commit : undefined;
}
