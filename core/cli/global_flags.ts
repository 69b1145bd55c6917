import type { ColourChoice } from "./style.ts";
import type { FlagShape } from "./flags.ts";

/** Flags that every command takes. */
export interface GlobalOptions {
  readonly help: boolean;
  readonly version: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** Ask no storage: work with what is on this machine. */
  readonly offline: boolean;
  /** Directory to look for the project from; absent for the current one. */
  readonly project?: string;
  readonly color: ColourChoice;
}

/** What stands where no flag is given. */
export const NO_GLOBALS: GlobalOptions = {
  help: false,
  version: false,
  json: false,
  quiet: false,
  verbose: false,
  offline: false,
  color: "auto",
};

const boolean = (field: string, short: string | undefined, describe: string): FlagShape => ({
  field,
  flag: `--${field}`,
  kind: "boolean",
  many: false,
  describe,
  ...(short === undefined ? {} : { short }),
});

/** The flags behind {@link GlobalOptions}. */
export const GLOBAL_FLAGS: readonly FlagShape[] = [
  boolean("help", "h", "Show help"),
  boolean("version", "V", "Show the version of aero"),
  boolean("json", undefined, "Print results as JSON, one object a line; on stderr what else is said"),
  boolean("quiet", "q", "Print results, warnings and errors only; what runs print is in `aero logs`"),
  boolean("verbose", "v", "Say more of what is going on"),
  boolean("offline", undefined, "Do not ask the storage: what is made waits for `aero push`"),
  {
    field: "project",
    flag: "--project",
    short: "C",
    kind: "string",
    many: false,
    describe: "Work as if started in this directory",
    complete: "directory",
  },
  {
    field: "color",
    flag: "--color",
    kind: "enum",
    choices: ["auto", "always", "never"],
    many: false,
    describe: "When to colour; auto heeds NO_COLOR",
  },
];
