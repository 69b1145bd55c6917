// deno-lint-ignore-file no-console -- a script speaks on the console
import { resolve } from "node:path";

/** How the demo starts aero. */
export interface AeroOptions {
  /** Everything that aero keeps goes below it. */
  readonly directory: string;
  /** Working directory of each command. */
  readonly project: string;
  /** The source tree, ending in `/`. */
  readonly source: string;
  /** A built aero, in place of the source tree. */
  readonly binary: string | undefined;
  /** Whether it uses the storage and trackers that the caller's variables name. */
  readonly shared: boolean;
}

/** Variables that a built aero and the engines it starts may need; nothing else of the caller's is passed on. */
const PASSED = ["PATH", "HOME", "TMPDIR", "XDG_RUNTIME_DIR", "DOCKER_HOST", "CONTAINER_HOST"];
/** What chooses a storage and trackers, and opens them. */
const SHARED = /^AERO_(?:STORAGE(?:_.+)?|TRACKERS|MONGO_URI)$/;
const CREDENTIALS = /^(?:AWS|MLFLOW|WANDB|MONGO)_/;

/** Names of aero's own variables that are set, and that a demo leaves out. */
export function leftOut(variables: Readonly<Record<string, string>>, shared: boolean): string[] {
  return Object.keys(variables).filter((name) => name.startsWith("AERO_") && !(shared && SHARED.test(name)))
    .sort();
}

/** Starts aero as a user would: each command is shown, then what it prints. */
export class Aero {
  readonly #command: readonly string[];
  readonly #options: AeroOptions;
  readonly #env: Record<string, string>;
  readonly #start = performance.now();

  private constructor(command: readonly string[], options: AeroOptions, env: Record<string, string>) {
    this.#command = command;
    this.#options = options;
    this.#env = {
      ...env,
      XDG_CACHE_HOME: `${options.directory}/cache`,
      XDG_CONFIG_HOME: `${options.directory}/config`,
      XDG_DATA_HOME: `${options.directory}/data`,
      XDG_STATE_HOME: `${options.directory}/state`,
    };
  }

  static async open(options: AeroOptions): Promise<Aero> {
    const all = Deno.env.toObject();
    const without = leftOut(all, options.shared);
    const kept = Object.fromEntries(Object.entries(all).filter(([name]) => !without.includes(name)));
    if (options.binary !== undefined) {
      const passed = Object.entries(kept).filter(([name]) =>
        PASSED.includes(name) || options.shared && (SHARED.test(name) || CREDENTIALS.test(name))
      );
      return new Aero([await Deno.realPath(resolve(options.binary))], options, Object.fromEntries(passed));
    }
    const { source } = options;
    const config = `--config=${source}deno.json`;
    const command = [Deno.execPath(), "run", "--quiet", "--allow-all", config, `${source}main.ts`];
    // The packages are in Deno's own cache, which XDG_CACHE_HOME would move.
    const info = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"], stderr: "null" })
      .output();
    const { denoDir } = JSON.parse(new TextDecoder().decode(info.stdout));
    return new Aero(command, options, { ...kept, DENO_DIR: denoDir });
  }

  /** What a person types to get it. */
  get name(): string {
    return this.#options.binary === undefined
      ? `npx -y deno@${Deno.version.deno} run -A ${this.#options.source}main.ts`
      : this.#command[0]!;
  }

  /** Runs a command for all to see. Fails unless it exits with 0. */
  async run(...args: string[]): Promise<void> {
    console.log(`\n$ aero ${args.join(" ")}`);
    const { code } = await this.#spawn(args, "inherit").status;
    if (code !== 0) throw new Error(`aero ${args.join(" ")} exited with ${code}`);
  }

  /** What a command prints on stdout. Fails unless it exits with 0. */
  async quietly(...args: string[]): Promise<string> {
    const { code, stdout } = await this.#spawn(args, "piped").output();
    if (code !== 0) throw new Error(`aero ${args.join(" ")} exited with ${code}`);
    return new TextDecoder().decode(stdout);
  }

  /** Whole seconds since it was opened. */
  seconds(): number {
    return Math.round((performance.now() - this.#start) / 1000);
  }

  #spawn(args: readonly string[], stdout: "inherit" | "piped") {
    return new Deno.Command(this.#command[0]!, {
      args: [...this.#command.slice(1), ...args],
      cwd: this.#options.project,
      env: this.#env,
      clearEnv: true,
      stdin: "null",
      stdout,
      stderr: "inherit",
    }).spawn();
  }
}
