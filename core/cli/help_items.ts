import { type AnyCommand, flagsOf, placeholder, type ResultItem } from "./command.ts";
import type { CommandEntry } from "./command_table.ts";
import type { FlagShape } from "./flags.ts";
import { GLOBAL_FLAGS } from "./global_flags.ts";
import { usageOf, valueName } from "./usage.ts";

/** What `--json` prints of commands in place of their names and summaries; one item each, hidden ones left out. */
export function entryItems<App>(entries: readonly CommandEntry<App>[]): readonly ResultItem[] {
  return entries.filter(({ group }) => group !== "hidden").map(({ name, group, summary }) => ({
    type: "command",
    name: name.join(" "),
    group,
    summary,
  }));
}

/** What `--json` prints in place of a command's help. */
export function commandItem(
  program: string,
  command: AnyCommand<never>,
): ResultItem & Readonly<Record<string, unknown>> {
  const { name, summary, description, positionals, examples } = command;
  return {
    type: "help",
    command: name.join(" "),
    summary,
    ...(description === undefined ? {} : { description }),
    usage: usageOf(program, command),
    arguments: positionals.map(({ name, required = false, many = false, describe }) => ({
      name: placeholder(name),
      required,
      many,
      describe,
    })),
    flags: [...flagsOf(command), ...GLOBAL_FLAGS].map(flagItem),
    examples,
  };
}

function flagItem(flag: FlagShape) {
  return {
    flag: flag.flag,
    ...(flag.short === undefined ? {} : { short: `-${flag.short}` }),
    ...(flag.kind === "boolean" ? {} : { value: valueName(flag) }),
    required: flag.required ?? false,
    many: flag.many,
    ...(flag.default === undefined ? {} : { default: flag.default }),
    describe: flag.describe,
  };
}
