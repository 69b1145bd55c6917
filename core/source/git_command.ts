import { AeroError, isAbort, OutsideError, UserError } from "../errors.ts";
import type { OperationOptions } from "./options.ts";

/** Reads a variable of the user's environment. */
export type Variables = (name: string) => string | undefined;

// Whatever the repository or the user has configured, git starts no program of theirs and asks the disk, not a daemon.
const HERMETIC = [
  ["core.fsmonitor", "false"],
  ["core.hooksPath", "/dev/null"],
  ["core.quotePath", "false"],
  ["core.untrackedCache", "false"],
  ["core.checkStat", "default"],
  ["core.trustctime", "true"],
  ["core.pager", "cat"],
  ["protocol.allow", "never"],
  ["submodule.recurse", "false"],
] as const;

// Git's own failures end with 128 and 129. Others are of what stands where git should: the placeholder of macOS.
const NOT_GIT = Array.from({ length: 127 }, (_, i) => i + 1);

/**
 * The `git` executable on one worktree, shut off from hooks, filters, daemons, prompts, the network and the
 * caller's environment.
 */
export class GitCommand {
  readonly root: string;
  readonly #env: Record<string, string>;
  #filters: readonly string[] = [];

  private constructor(root: string, variables: Variables) {
    this.root = root;
    this.#env = {
      LC_ALL: "C",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_OPTIONAL_LOCKS: "0",
      GIT_TERMINAL_PROMPT: "0",
      GIT_PAGER: "cat",
      GIT_ASKPASS: "/bin/false",
      // A partial clone would otherwise fetch what is missing, by a command that the repository chooses.
      GIT_NO_LAZY_FETCH: "1",
      GIT_ALLOW_PROTOCOL: "none",
    };
    for (const name of ["PATH", "HOME", "XDG_CONFIG_HOME"]) {
      const value = variables(name);
      if (value !== undefined) this.#env[name] = value;
    }
  }

  /**
   * Looks for a git that starts, and asks it which filter drivers are configured: one process for both.
   *
   * @returns `undefined` if there is none.
   * @throws {OutsideError} `git_failed` if it cannot read its configuration.
   */
  static async find(root: string, variables: Variables): Promise<GitCommand | undefined> {
    const git = new GitCommand(root, variables);
    // The pager is set on every command line of ours, so that git has something to say where there are no filters.
    const args = ["config", "--null", "--name-only", "--get-regexp", "^(filter\\..*|core\\.pager)$"];
    try {
      const { code, stdout } = await git.output(args, { okCodes: NOT_GIT });
      if (code !== 0) return undefined;
      git.#filters = new TextDecoder().decode(stdout).split("\0").filter((key) => key.startsWith("filter."));
      return git;
    } catch (error) {
      if (isAbort(error) || error instanceof AeroError) throw error;
      return undefined;
    }
  }

  /**
   * Runs git and gives its standard output.
   *
   * @param okCodes Exit codes that are answers, not failures; beside 0.
   * @throws {UserError} `repository_not_trusted`; {@link OutsideError} `git_failed`.
   */
  async output(
    args: readonly string[],
    options?: OperationOptions & { readonly okCodes?: readonly number[] },
  ): Promise<{ readonly code: number; readonly stdout: Uint8Array }> {
    const { code, stdout, stderr } = await this.#command(args, "null", options?.signal).output();
    options?.signal?.throwIfAborted();
    if (code !== 0 && !options?.okCodes?.includes(code)) throw this.failure(args, code, stderr);
    return { code, stdout };
  }

  /** As {@link output}, decoded. */
  async text(args: readonly string[], options?: OperationOptions): Promise<string> {
    return new TextDecoder().decode((await this.output(args, options)).stdout);
  }

  /** Starts git with all three streams piped. */
  spawn(args: readonly string[], options?: OperationOptions): Deno.ChildProcess {
    return this.#command(args, "piped", options?.signal).spawn();
  }

  /**
   * Arguments that switch off every filter driver that is configured, so that git reads files as they are.
   * They go before the subcommand.
   *
   * @throws {UserError} `git_config_unsupported`.
   */
  withoutFilters(): readonly string[] {
    const drivers = new Set(this.#filters.map((key) => key.slice(0, key.lastIndexOf("."))));
    return [...drivers].flatMap((driver) => {
      if (/[=\n]/.test(driver)) {
        throw new UserError("git_config_unsupported", {
          what: `Cannot use the git repository at ${this.root}`,
          why: `the name of ${JSON.stringify(driver)} in its config cannot be written on a command line`,
        });
      }
      return ["clean=", "smudge=", "process=", "required=false"].flatMap((end) => ["-c", `${driver}.${end}`]);
    });
  }

  /** What a failed git says, as an error. */
  failure(args: readonly string[], code: number, stderr: Uint8Array): UserError | OutsideError {
    const said = new TextDecoder().decode(stderr).trim();
    if (/dubious ownership|unsafe repository/.test(said)) {
      return new UserError("repository_not_trusted", {
        what: `Cannot read the git repository at ${this.root}`,
        why: "it belongs to another user, and git reads such a repository only if you say that you trust it",
        fix: [`\`git config --global --add safe.directory ${this.root}\``],
      });
    }
    const command = args.find((arg, i) => !arg.startsWith("-") && args[i - 1] !== "-c") ?? "";
    return new OutsideError("git_failed", {
      what: `Cannot run \`git ${command}\` in ${this.root}`,
      why: said === "" ? `it ended with code ${code}` : said.split("\n").slice(-3).join("; "),
    });
  }

  #command(args: readonly string[], stdin: "piped" | "null", signal: AbortSignal | undefined): Deno.Command {
    return new Deno.Command("git", {
      args: ["--no-pager", ...HERMETIC.flatMap(([key, value]) => ["-c", `${key}=${value}`]), ...args],
      cwd: this.root,
      clearEnv: true,
      env: this.#env,
      stdin,
      stdout: "piped",
      stderr: "piped",
      ...(signal === undefined ? {} : { signal }),
    });
  }
}
