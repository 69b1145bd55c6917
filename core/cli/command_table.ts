import { UserError } from "../errors.ts";
import { nearest } from "../model/nearest.ts";
import type { AnyCommand } from "./command.ts";

/** Headings of the overview, in order. */
export const COMMAND_GROUPS = ["Everyday", "Artifacts", "Again", "Looking", "Groups"] as const;

/** A command before it is loaded. */
export interface CommandEntry<App> {
  readonly name: readonly string[];
  readonly summary: string;
  /** Heading in the overview; `hidden` ones are for shells and programs. */
  readonly group: typeof COMMAND_GROUPS[number] | "hidden";
  load(): Promise<AnyCommand<App>>;
}

/** What the first words of a command line name: a command, a noun that groups some, or nothing. */
export type Found<App> =
  | { readonly kind: "command"; readonly entry: CommandEntry<App>; readonly words: number }
  | { readonly kind: "group"; readonly entries: readonly CommandEntry<App>[]; readonly words: number }
  | { readonly kind: "none" };

/** Finds the longest name that `words` begin with. */
export function findCommand<App>(table: readonly CommandEntry<App>[], words: readonly string[]): Found<App> {
  let best: CommandEntry<App> | undefined;
  for (const entry of table) {
    if (!beginsWith(words, entry.name)) continue;
    if (best === undefined || entry.name.length > best.name.length) best = entry;
  }
  if (best !== undefined) return { kind: "command", entry: best, words: best.name.length };
  const noun = words[0];
  const entries = table.filter((entry) => entry.name[0] === noun && entry.group !== "hidden");
  return noun !== undefined && entries.length > 0 ? { kind: "group", entries, words: 1 } : { kind: "none" };
}

function beginsWith(words: readonly string[], name: readonly string[]): boolean {
  return name.every((part, i) => words[i] === part);
}

/** The failure for words that name no command. */
export function unknownCommand<App>(
  program: string,
  table: readonly CommandEntry<App>[],
  words: readonly string[],
): UserError {
  const names = table.filter((entry) => entry.group !== "hidden").map((entry) => entry.name.join(" "));
  // One word may be a command or the noun of a group; two may be noun and verb.
  const nouns = names.map((name) => name.split(" ")[0]!);
  const typed = words.filter((word) => !word.startsWith("-"));
  const [first = "", second] = typed;
  const both = second === undefined ? undefined : `${first} ${second}`;
  const nearBoth = both === undefined ? undefined : nearest(both, names);
  const near = nearBoth ?? nearest(first, [...names, ...nouns]);
  // What follows a mistyped verb is its argument.
  const meant = nearBoth !== undefined || nouns.includes(first) ? both ?? first : first;
  return new UserError("command_unknown", {
    what: `Cannot find the command ${JSON.stringify(meant)}`,
    fix: [
      ...(near === undefined ? [] : [`did you mean \`${program} ${near}\`?`]),
      `see all commands: \`${program} --help\``,
    ],
  });
}
