import { join } from "node:path";
import { configValue, type GitConfig } from "./config_file.ts";
import type { Variables } from "./git_command.ts";

/** Strongest first; `base` is the folder that the rules stand in, with a slash at its end. */
type Layers = readonly { readonly base: string; readonly rules: Rules }[];

type Rules = { test(path: string): { ignored: boolean; unignored: boolean } };

/** What is ignored in one folder: its own rules, then those of the folders above, then the user's. */
export class IgnoreRules {
  readonly #make: (text: string) => Rules;
  readonly #layers: Layers;

  private constructor(make: (text: string) => Rules, layers: Layers) {
    this.#make = make;
    this.#layers = layers;
  }

  /** The rules that hold everywhere. @param config With the user's settings. */
  static async load(
    config: GitConfig,
    commonDirectory: string,
    variables: Variables,
  ): Promise<IgnoreRules> {
    // Only needed where git is not.
    const { default: { default: ignore } } = await import("ignore");
    const ignorecase = configValue(config, "core.ignorecase") === "true";
    const make = (text: string): Rules => ignore({ ignorecase }).add(text);
    const files = [join(commonDirectory, "info", "exclude"), userExcludes(config, variables)];
    const layers = files.flatMap((path) => {
      const text = path === undefined ? undefined : readPlain(path);
      return text === undefined ? [] : [{ base: "", rules: make(text) }];
    });
    return new IgnoreRules(make, layers);
  }

  /** With the rules of a folder. @param folder From the top, with a slash at its end; empty at the top. */
  enter(root: string, folder: string): IgnoreRules {
    const text = readPlain(join(root, folder, ".gitignore"));
    if (text === undefined) return this;
    return new IgnoreRules(this.#make, [{ base: folder, rules: this.#make(text) }, ...this.#layers]);
  }

  /** @param path From the top; with a slash at its end if it is a folder. */
  ignores(path: string): boolean {
    for (const { base, rules } of this.#layers) {
      const { ignored, unignored } = rules.test(path.slice(base.length));
      if (ignored || unignored) return ignored;
    }
    return false;
  }
}

function userExcludes(config: GitConfig, variables: Variables): string | undefined {
  const home = variables("HOME");
  const configured = configValue(config, "core.excludesfile");
  if (configured !== undefined) {
    return configured.startsWith("~/")
      ? (home === undefined ? undefined : join(home, configured.slice(2)))
      : configured;
  }
  const directory = variables("XDG_CONFIG_HOME") ?? (home === undefined ? undefined : join(home, ".config"));
  return directory === undefined ? undefined : join(directory, "git", "ignore");
}

/** Git does not follow a link here either. */
function readPlain(path: string): string | undefined {
  try {
    return Deno.lstatSync(path).isFile ? Deno.readTextFileSync(path) : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
}
