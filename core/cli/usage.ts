import { type AnyCommand, flagsOf, positionalUsage } from "./command.ts";
import type { FlagShape } from "./flags.ts";

/**
 * How a command is typed: its name, the flags that it needs, and its arguments.
 *
 * @param options.others Whether it tells that there are other flags too. Default true.
 */
export function usageOf(
  program: string,
  command: AnyCommand<never>,
  { others = true }: { readonly others?: boolean } = {},
): string {
  const flags = flagsOf(command);
  const needed = flags.filter((flag) => flag.required === true);
  return [
    program,
    ...command.name,
    ...needed.map((flag) => `${flag.flag} ${valueName(flag)}`),
    ...(others && flags.length > needed.length ? ["[FLAG…]"] : []),
    ...command.positionals.map(positionalUsage),
  ].join(" ");
}

/** What stands for a flag's value: `N`, `DIR`, `text|dot`. */
export function valueName(flag: FlagShape): string {
  if (flag.choices !== undefined) return flag.choices.join("|");
  if (flag.complete === "directory") return "DIR";
  if (flag.complete !== undefined) return flag.complete.toUpperCase();
  return flag.kind === "number" ? "N" : "TEXT";
}
