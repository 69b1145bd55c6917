import { flagsOf } from "./command.ts";
import { type CommandEntry, findCommand } from "./command_table.ts";
import type { CompletionKind, FlagShape } from "./flags.ts";
import { shapeOfField } from "./flags.ts";
import { GLOBAL_FLAGS } from "./global_flags.ts";
import { isFlag } from "./parse.ts";

/** Something that could stand at the place being typed. */
export interface Candidate {
  readonly value: string;
  /** Shown beside it, where the shell can. */
  readonly about?: string;
}

/**
 * What could come next on a command line.
 *
 * @param words All after the program's name; the last is being typed and may be empty.
 * @param valuesOf Asks for names in the project, told what is typed; may give more than begin with that.
 * @returns Candidates that begin with the last word, or one of `:file` and `:directory` for the shell to fill in.
 */
export async function completeLine<App>(
  table: readonly CommandEntry<App>[],
  words: readonly string[],
  valuesOf: (kind: CompletionKind, current: string) => Promise<readonly Candidate[]>,
): Promise<readonly Candidate[]> {
  const current = words.at(-1) ?? "";
  const before = skipGlobals(words.slice(0, -1));
  const found = findCommand(table, before);
  if (found.kind !== "command") {
    const waiting = flagWaiting(words.at(-2), GLOBAL_FLAGS);
    if (waiting !== undefined) return await valuesOfShape(waiting, current, valuesOf);
    if (current.startsWith("-")) return matching(GLOBAL_FLAGS.map(flagCandidate), current);
    return matching(nextWords(table, before), current);
  }
  // A word that may go on to a longer name: `data` alone, or a verb that is also a noun.
  const deeper = nextWords(table, before);
  const command = await found.entry.load();
  const flags = [...flagsOf(command), ...GLOBAL_FLAGS];
  const given = before.slice(found.words);
  const dashes = given.indexOf("--");
  if (dashes < 0) {
    const waiting = flagWaiting(given.at(-1), flags);
    if (waiting !== undefined) return await valuesOfShape(waiting, current, valuesOf);
    const equals = /^(--[^=]+)=(.*)$/.exec(current);
    if (equals !== null) {
      const flag = flags.find((flag) => flag.flag === equals[1]);
      if (flag === undefined) return [];
      const values = await valuesOfShape(flag, equals[2]!, valuesOf);
      return values.map((candidate) => ({ ...candidate, value: `${equals[1]}=${candidate.value}` }));
    }
    if (current.startsWith("-")) return matching(flags.map(flagCandidate), current);
  }
  const place = countPositionals(given, flags);
  const positional = command.positionals[Math.min(place, command.positionals.length - 1)];
  if (positional === undefined || (place >= command.positionals.length && !positional.many)) {
    return matching(deeper, current);
  }
  const shape = shapeOfField(
    positional.name,
    command.input.shape[positional.name]!,
    positional.complete === undefined ? {} : { complete: positional.complete },
  );
  return [...matching(deeper, current), ...await valuesOfShape(shape, current, valuesOf)];
}

function nextWords<App>(table: readonly CommandEntry<App>[], before: readonly string[]): Candidate[] {
  const next = new Map<string, Candidate>();
  for (const entry of table) {
    if (entry.group === "hidden" || entry.name.length <= before.length) continue;
    if (!before.every((word, i) => entry.name[i] === word)) continue;
    const value = entry.name[before.length]!;
    if (entry.name.length === before.length + 1) next.set(value, { value, about: entry.summary });
    else if (!next.has(value)) next.set(value, { value });
  }
  return [...next.values()];
}

async function valuesOfShape(
  shape: FlagShape,
  current: string,
  valuesOf: (kind: CompletionKind, current: string) => Promise<readonly Candidate[]>,
): Promise<readonly Candidate[]> {
  if (shape.choices !== undefined) return matching(shape.choices.map((value) => ({ value })), current);
  if (shape.complete === "file" || shape.complete === "directory") return [{ value: `:${shape.complete}` }];
  return shape.complete === undefined ? [] : matching(await valuesOf(shape.complete, current), current);
}

function matching(candidates: readonly Candidate[], current: string): Candidate[] {
  return candidates.filter((candidate) => candidate.value.startsWith(current));
}

function flagCandidate(flag: FlagShape): Candidate {
  const off = flag.kind === "boolean" && flag.default === true;
  return { value: off ? `--no-${flag.flag.slice(2)}` : flag.flag, about: flag.describe };
}

/** The flag that the word before leaves waiting for a value. */
function flagWaiting(word: string | undefined, flags: readonly FlagShape[]): FlagShape | undefined {
  if (word === undefined || !isFlag(word) || word.includes("=")) return undefined;
  const flag = flags.find((flag) =>
    flag.flag === word || (flag.short !== undefined && `-${flag.short}` === word)
  );
  return flag?.kind === "boolean" ? undefined : flag;
}

function countPositionals(given: readonly string[], flags: readonly FlagShape[]): number {
  let count = 0;
  for (let i = 0; i < given.length; i++) {
    if (given[i] === "--") return count + given.length - i - 1;
    if (!isFlag(given[i]!)) count++;
    else if (flagWaiting(given[i], flags) !== undefined) i++;
  }
  return count;
}

function skipGlobals(words: readonly string[]): readonly string[] {
  let i = 0;
  while (i < words.length && isFlag(words[i]!)) {
    i += flagWaiting(words[i], GLOBAL_FLAGS) === undefined ? 1 : 2;
  }
  return words.slice(i);
}
