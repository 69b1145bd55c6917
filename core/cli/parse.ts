import { UserError } from "../errors.ts";
import { nearest } from "../model/nearest.ts";
import type { FlagShape } from "./flags.ts";

/** What stands on a command line. */
export interface ParsedArguments {
  /** By field; only what was given. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly positionals: readonly string[];
}

/**
 * Takes a command line apart: `--flag value`, `--flag=value`, `--no-flag`, `-f`, `-fvalue`, `-abc`; `--` ends flags.
 * A flag that is repeated adds to a list, or else replaces its value.
 *
 * Own code, since loading `node:util` for `parseArgs` costs 14 ms of the start of every command.
 *
 * @param command For messages: `aero cache prune`.
 * @throws {UserError} `flag_unknown`, `flag_value_missing`, `flag_value_unexpected`, `flag_value_invalid`.
 */
export function parseArguments(
  args: readonly string[],
  flags: readonly FlagShape[],
  command: string,
): ParsedArguments {
  const reader = new FlagReader(args, flags, command);
  const positionals: string[] = [];
  while (reader.index < args.length) {
    const arg = args[reader.index]!;
    if (arg === "--") {
      positionals.push(...args.slice(reader.index + 1));
      break;
    }
    if (isFlag(arg)) reader.take();
    else {
      positionals.push(arg);
      reader.index++;
    }
  }
  return { flags: reader.values, positionals };
}

/** Whether an argument is a flag rather than a value: `-` alone and negative numbers are values. */
export function isFlag(arg: string): boolean {
  return arg.length > 1 && arg.startsWith("-") && !/^-\.?[0-9]/.test(arg);
}

/** Reads flags one after another. */
export class FlagReader {
  index = 0;
  readonly values: Record<string, unknown> = {};

  constructor(
    readonly args: readonly string[],
    readonly flags: readonly FlagShape[],
    readonly command: string,
  ) {}

  /** Reads the flag at `index` with its value, and moves past them. */
  take(): void {
    const arg = this.args[this.index++]!;
    if (arg.startsWith("--")) this.#long(arg);
    else this.#shorts(arg);
  }

  #long(arg: string): void {
    const equals = arg.indexOf("=");
    const name = equals < 0 ? arg : arg.slice(0, equals);
    const value = equals < 0 ? undefined : arg.slice(equals + 1);
    const flag = this.flags.find((flag) => flag.flag === name);
    if (flag !== undefined) return this.#set(flag, name, value);
    const negated = name.startsWith("--no-")
      ? this.flags.find((flag) => flag.kind === "boolean" && flag.flag === `--${name.slice(5)}`)
      : undefined;
    if (negated === undefined) throw this.#unknown(name);
    if (value !== undefined) throw this.#unexpected(name, value);
    this.values[negated.field] = false;
  }

  #shorts(arg: string): void {
    for (let i = 1; i < arg.length; i++) {
      const name = `-${arg[i]}`;
      const flag = this.flags.find((flag) => flag.short === arg[i]);
      if (flag === undefined) throw this.#unknown(i === 1 && arg.length > 2 ? arg : name);
      if (flag.kind === "boolean") {
        if (arg[i + 1] === "=") throw this.#unexpected(name, arg.slice(i + 2));
        this.values[flag.field] = true;
        continue;
      }
      const rest = arg.slice(i + 1);
      return this.#set(flag, name, rest === "" ? undefined : rest.replace(/^=/, ""));
    }
  }

  #set(flag: FlagShape, name: string, value: string | undefined): void {
    if (flag.kind === "boolean") {
      if (value !== undefined && value !== "true" && value !== "false") throw this.#unexpected(name, value);
      this.values[flag.field] = value !== "false";
      return;
    }
    if (value === undefined) {
      const next = this.args[this.index];
      if (next === undefined || isFlag(next)) {
        throw new UserError("flag_value_missing", {
          what: `Cannot read the flag ${name}`,
          why: next === undefined
            ? "nothing follows it, and it takes a value"
            : `${JSON.stringify(next)} follows it, which is a flag, and it takes a value`,
          fix: [
            ...(flag.choices === undefined ? [] : [`give it one of ${flag.choices.join(", ")}`]),
            ...(next === undefined ? [] : [`if that is its value, write \`${name}=${next}\``]),
          ],
        });
      }
      value = next;
      this.index++;
    }
    const read = readValue(flag, name, value);
    if (flag.many) this.values[flag.field] = [...(this.values[flag.field] as unknown[] ?? []), read];
    else this.values[flag.field] = read;
  }

  #unknown(name: string): UserError {
    const known = this.flags.flatMap((flag) => [flag.flag, ...(flag.short ? [`-${flag.short}`] : [])]);
    const near = name.startsWith("--") ? nearest(name, known) : nearest(`-${name}`, known);
    return new UserError("flag_unknown", {
      what: `Cannot read the flag ${JSON.stringify(name)}`,
      why: `${this.command} has no such flag`,
      fix: [
        ...(near === undefined ? [] : [`did you mean \`${near}\`?`]),
        `see \`${this.command} --help\`; for an argument that begins with a dash, put \`--\` before it`,
      ],
    });
  }

  #unexpected(name: string, value: string): UserError {
    return new UserError("flag_value_unexpected", {
      what: `Cannot read the flag ${name}`,
      why: `it takes no value, and has ${JSON.stringify(value)}`,
    });
  }
}

/**
 * Reads the value of a flag or a positional.
 *
 * @param name For the message.
 * @throws {UserError} `flag_value_invalid`.
 */
export function readValue(
  shape: Pick<FlagShape, "kind" | "choices">,
  name: string,
  text: string,
): string | number {
  if (shape.kind === "number") {
    const value = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : NaN;
    if (Number.isFinite(value)) return value;
    throw invalid(name, `${JSON.stringify(text)} is not a number`, []);
  }
  if (shape.kind === "enum" && shape.choices !== undefined && !shape.choices.includes(text)) {
    const near = nearest(text, shape.choices);
    throw invalid(
      name,
      `${JSON.stringify(text)} is none of ${shape.choices.join(", ")}`,
      near === undefined ? [] : [`did you mean \`${near}\`?`],
    );
  }
  return text;
}

function invalid(name: string, why: string, fix: readonly string[]): UserError {
  return new UserError("flag_value_invalid", {
    what: `Cannot read the value of ${name}`,
    why,
    ...(fix.length > 0 ? { fix } : {}),
  });
}
