import type { z } from "zod";
import { type CompletionKind, type FlagShape, shapeOfField } from "./flags.ts";
import type { Style } from "./style.ts";

/** Something a person types, and what it does. */
export interface CommandExample {
  /** `See what would go`. */
  readonly does: string;
  /** A whole line: `aero cache prune --dry-run`. */
  readonly run: string;
}

/** An argument that is named by its place. Its value is a field of the input. */
export interface Positional {
  /** The field, camelCase; help shows it as `RUN` or `OTHER-RUN`. */
  readonly name: string;
  readonly required?: boolean;
  /** Takes all that is left; last only. The field is an array. */
  readonly many?: boolean;
  readonly describe: string;
  readonly complete?: CompletionKind;
}

/** One line of a result; `type` tells `--json` readers what it is. */
export interface ResultItem {
  readonly type: string;
}

/** What a command may return: one thing, a list, or a stream that is printed as it comes. */
export type CommandResult = ResultItem | readonly ResultItem[] | AsyncIterable<ResultItem>;

/** What `text` gets: each item of a stream, else the whole result. */
export type Rendered<Result> = Result extends AsyncIterable<infer Item> ? Item : Result;

/** One command. Parses nothing, prints nothing, never exits: it turns an input into a result. */
export interface Command<App, Input extends z.ZodObject, Result> {
  /** `["run"]`, or noun and verb: `["cache", "prune"]`. */
  readonly name: readonly string[];
  /** One line; equal to the one in the table of commands. */
  readonly summary: string;
  readonly description?: string;
  readonly examples: readonly CommandExample[];
  readonly positionals: readonly Positional[];
  /** Fields that are no positionals become flags; `.describe()` is their help. */
  readonly input: Input;
  /** One-letter forms: letter to field. */
  readonly shorts?: Readonly<Record<string, string>>;
  /** What a shell may offer for flags: field to kind. */
  readonly completes?: Readonly<Record<string, CompletionKind>>;
  run(input: z.output<Input>, app: App): Promise<Result>;
  /** For people; a newline is added where it lacks one. Bytes are printed as they are. */
  text(result: Rendered<Result>, style: Style, input: z.output<Input>): string | Uint8Array;
  /**
   * Whether it goes on while a full disk takes nothing of what it tells, as a server whose log lies there, and ends when it is
   * asked to, though nobody reads what it told.
   */
  readonly outlivesOutput?: boolean;
  /** What `--json` prints in place of the result itself. */
  json?(result: Rendered<Result>, input: z.output<Input>): ResultItem | readonly ResultItem[];
  /** Default 0. Of a stream, the largest over its items. */
  exitCode?(result: Rendered<Result>): number;
}

/** A command of any input and result, for tables. */
export type AnyCommand<App> = Command<App, z.ZodObject, CommandResult>;

/**
 * Gives `defineCommand` for an App, so that the types of input and result need not be written out.
 *
 * @throws {TypeError} from `defineCommand`, if a positional or short form names no field.
 */
export function commandDefiner<App>(): <Input extends z.ZodObject, Result extends CommandResult>(
  command: Command<App, Input, Result>,
) => Command<App, Input, Result> {
  return (command) => {
    const fields = Object.keys(command.input.shape);
    const named = [
      ...command.positionals.map((positional) => positional.name),
      ...Object.values(command.shorts ?? {}),
      ...Object.keys(command.completes ?? {}),
    ];
    for (const name of named) {
      if (!fields.includes(name)) throw new TypeError(`${command.name.join(" ")} has no field ${name}`);
    }
    return command;
  };
}

/** The flags of a command, in the order of its schema. */
export function flagsOf(
  command: Pick<AnyCommand<never>, "input" | "positionals" | "shorts" | "completes">,
): FlagShape[] {
  const positionals = new Set(command.positionals.map((positional) => positional.name));
  const shorts = new Map(Object.entries(command.shorts ?? {}).map(([letter, field]) => [field, letter]));
  return Object.entries(command.input.shape)
    .filter(([field]) => !positionals.has(field))
    .map(([field, schema]) => {
      const short = shorts.get(field), complete = command.completes?.[field];
      return shapeOfField(field, schema, {
        ...(short === undefined ? {} : { short }),
        ...(complete === undefined ? {} : { complete }),
      });
    });
}

/** How a positional stands in a line of usage: `RUN`, `[STAGE…]`. */
export function positionalUsage(positional: Positional): string {
  const name = placeholder(positional.name) + (positional.many ? "…" : "");
  return positional.required ? name : `[${name}]`;
}

/** `otherRun` → `OTHER-RUN`. */
export function placeholder(field: string): string {
  return field.replaceAll(/[A-Z]/g, (letter) => `-${letter}`).toUpperCase();
}
