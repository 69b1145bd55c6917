import { UserError } from "../errors.ts";
import type { JsonValue } from "../model/json.ts";
import { paramAt, type Params } from "../model/params.ts";
import { splitCommand } from "./command_words.ts";

/** What `${…}` in a command can name. */
export interface CommandScope {
  readonly params: Params;
  /** Input name to the directory that the program finds it in. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
}

/**
 * Makes the program and its arguments of a stage's command.
 *
 * A text is split into words first, so that a value with spaces stays one argument. `$$` is a dollar sign. A list
 * or mapping is put in as JSON.
 *
 * @param at Where the command stands, for messages.
 * @throws {UserError} `command_invalid` if it cannot be split or names something that is not there.
 */
export function interpolateCommand(
  command: string | readonly string[],
  scope: CommandScope,
  at: string,
): string[] {
  const words = typeof command === "string" ? splitCommand(command, at) : command;
  return words.map((word) => interpolateWord(word, scope, at));
}

function interpolateWord(word: string, scope: CommandScope, at: string): string {
  return word.replace(/\$\$|\$\{([^}]*)\}/g, (whole, name: string | undefined) => {
    if (whole === "$$") return "$";
    const value = lookUp(name!.trim(), scope);
    if (value === undefined) throw unknown(name!, scope, at);
    if (typeof value !== "string") return JSON.stringify(value);
    if (!value.includes("\0")) return value;
    throw new UserError("command_invalid", {
      what: `Cannot make the command of ${at}`,
      why: `\${${name}} has a NUL, and no argument of a program can have one`,
    });
  });
}

function lookUp(name: string, scope: CommandScope): JsonValue | undefined {
  const dot = name.indexOf(".");
  const rest = name.slice(dot + 1);
  switch (dot < 0 ? "" : name.slice(0, dot)) {
    case "params":
      return paramAt(scope.params, rest);
    case "inputs":
      return Object.hasOwn(scope.inputs, rest) ? scope.inputs[rest] : undefined;
    case "outputs":
      return Object.hasOwn(scope.outputs, rest) ? scope.outputs[rest] : undefined;
    default:
      return undefined;
  }
}

function unknown(name: string, scope: CommandScope, at: string): UserError {
  const known = [
    ...Object.keys(scope.params).map((key) => `params.${key}`),
    ...Object.keys(scope.inputs).map((key) => `inputs.${key}`),
    ...Object.keys(scope.outputs).map((key) => `outputs.${key}`),
  ];
  return new UserError("command_invalid", {
    what: `Cannot make the command of ${at}`,
    why: `\${${name}} is not there; there are ${known.join(", ")}`,
    fix: ["declare it in aero.yaml, or write $${ for a plain ${"],
  });
}
