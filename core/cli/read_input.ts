import type { z } from "zod";
import { UserError } from "../errors.ts";
import { type AnyCommand, flagsOf, placeholder } from "./command.ts";
import { flagName, shapeOfField } from "./flags.ts";
import { GLOBAL_FLAGS, type GlobalOptions } from "./global_flags.ts";
import { parseArguments, readValue } from "./parse.ts";
import { usageOf } from "./usage.ts";

/** A command line after its command's name. */
export interface ReadInput {
  /** Fits the command's schema. Absent if help or the version was asked for. */
  readonly input?: Record<string, unknown>;
  readonly globals: Partial<GlobalOptions>;
}

/**
 * Reads the arguments of a command into its input.
 *
 * @throws {UserError} the codes of `parseArguments`, `argument_missing`, `argument_unexpected`, `argument_invalid`.
 */
export function readInput(command: AnyCommand<never>, args: readonly string[], program: string): ReadInput {
  const title = [program, ...command.name].join(" ");
  const parsed = parseArguments(args, [...flagsOf(command), ...GLOBAL_FLAGS], title);
  const raw: Record<string, unknown> = {}, globals: Record<string, unknown> = {};
  const globalFields = new Set(GLOBAL_FLAGS.map((flag) => flag.field));
  for (const [field, value] of Object.entries(parsed.flags)) {
    (globalFields.has(field) ? globals : raw)[field] = value;
  }
  if (globals.help === true || globals.version === true) return { globals };
  placePositionals(command, parsed.positionals, raw, program);
  const checked = command.input.safeParse(raw);
  if (checked.success) return { input: checked.data, globals };
  throw new UserError("argument_invalid", {
    what: `Cannot run \`${title}\``,
    why: checked.error.issues.map((issue) => describeIssue(command, issue)).join("; "),
    fix: [
      ...(checked.error.issues.some(isMissing)
        ? [`\`${usageOf(program, command, { others: false })}\``]
        : []),
      `see \`${title} --help\``,
    ],
  });
}

function placePositionals(
  command: AnyCommand<never>,
  given: readonly string[],
  raw: Record<string, unknown>,
  program: string,
): void {
  const title = [program, ...command.name].join(" ");
  let at = 0;
  for (const positional of command.positionals) {
    const shape = shapeOfField(positional.name, command.input.shape[positional.name]!);
    const texts = positional.many ? given.slice(at) : given.slice(at, at + 1);
    at += texts.length;
    if (texts.length === 0) {
      if (!positional.required) continue;
      throw new UserError("argument_missing", {
        what: `Cannot run \`${title}\``,
        why: `${placeholder(positional.name)} is missing: ${lowerFirst(positional.describe)}`,
        fix: [`\`${usageOf(program, command, { others: false })}\``],
      });
    }
    const values = texts.map((text) => readValue(shape, placeholder(positional.name), text));
    raw[positional.name] = positional.many ? values : values[0];
  }
  if (at >= given.length) return;
  throw new UserError("argument_unexpected", {
    what: `Cannot run \`${title}\``,
    why: command.positionals.length === 0
      ? `it takes no argument, and has ${JSON.stringify(given[at])}`
      : `nothing is expected after ${placeholder(command.positionals.at(-1)!.name)}, and ` +
        `${JSON.stringify(given[at])} follows`,
    fix: [`see \`${title} --help\``],
  });
}

function isMissing(issue: z.core.$ZodIssue): boolean {
  return issue.code === "invalid_type" && /received undefined/.test(issue.message);
}

function describeIssue(command: AnyCommand<never>, issue: z.core.$ZodIssue): string {
  const field = String(issue.path[0] ?? "");
  const isPositional = command.positionals.some((positional) => positional.name === field);
  const subject = field === "" ? "" : `${isPositional ? placeholder(field) : flagName(field)}: `;
  if (isMissing(issue)) return `${subject}it is missing`;
  return subject + lowerFirst(issue.message);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
