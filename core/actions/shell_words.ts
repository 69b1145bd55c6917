import { UserError } from "../errors.ts";

/** What `aero shell` was given. */
export interface ShellWords {
  /** Absent with a run, which has its stage. */
  readonly stage?: string;
  /** `name=value`, as typed. */
  readonly overrides: readonly string[];
  /** Empty for a shell. */
  readonly command: readonly string[];
}

/**
 * Tells the stage, its params and the command apart: params are what has an equals sign and directly follows the
 * stage.
 *
 * @param ofRun Whether a run is named, so that all words are the command.
 * @throws {UserError} `argument_missing`.
 */
export function shellWords(words: readonly string[], ofRun: boolean): ShellWords {
  if (ofRun) return { overrides: [], command: words };
  const [stage, ...rest] = words;
  if (stage === undefined) {
    throw new UserError("argument_missing", {
      what: "Cannot open a shell",
      why: "neither a stage nor a run is named",
      fix: ["see the stages: `aero run --list`", "`aero shell STAGE`, or `aero shell --run @last`"],
    });
  }
  const end = rest.findIndex((word) => !word.includes("="));
  const count = end < 0 ? rest.length : end;
  return { stage, overrides: rest.slice(0, count), command: rest.slice(count) };
}
