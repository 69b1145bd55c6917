import { dirname, join } from "node:path";
import { openRepository, type Repository } from "../../core/source/repository.ts";

/** Both ways to read a repository; a test that must hold for both runs once with each. */
export const BOTH_WAYS = ["if_installed", "never"] as const;

/** How a {@link GitProject} is begun. */
export interface GitProjectOptions {
  /** Passed on to `git init`: `--object-format=sha256`. */
  readonly initArgs?: readonly string[];
}

/**
 * A git repository in a temporary directory, made with the git executable, with a home directory of its own so that
 * nothing of the machine's git settings counts. Dates and people are fixed: equal content gives equal ids.
 */
export class GitProject implements Disposable {
  /** Top of the worktree; absolute and without links. */
  readonly root: string;
  /** Where `.gitconfig` would be. */
  readonly home: string;
  readonly #directory: string;

  constructor(options: GitProjectOptions = {}) {
    this.#directory = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "aero-git-" }));
    this.root = join(this.#directory, "project");
    this.home = join(this.#directory, "home");
    Deno.mkdirSync(this.root);
    Deno.mkdirSync(this.home);
    this.git("init", "-q", "--initial-branch=main", ...options.initArgs ?? []);
  }

  /** A path beside the project that goes away with it. */
  beside(name: string): string {
    return join(this.#directory, name);
  }

  /** Runs git at the top, or in `-C` some folder; gives its output without the last line feed. */
  git(...args: string[]): string {
    return this.gitWith(undefined, ...args);
  }

  /** As {@link git}, with bytes for its standard input. A failure throws what git said. */
  gitWith(input: Uint8Array | undefined, ...args: string[]): string {
    let inputFile: string | undefined;
    // Otherwise git may pack in the background, while the test goes on or has removed the folder.
    let command = ["git", "-c", "gc.auto=0", "-c", "maintenance.auto=false", ...args];
    if (input !== undefined) {
      inputFile = this.beside("stdin");
      Deno.writeFileSync(inputFile, input);
      command = ["sh", "-c", 'exec "$@" < "$0"', inputFile, ...command];
    }
    const { success, stdout, stderr } = new Deno.Command(command[0]!, {
      args: command.slice(1),
      cwd: this.root,
      env: this.environment(),
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).outputSync();
    if (inputFile !== undefined) Deno.removeSync(inputFile);
    if (!success) throw new TypeError(`git ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
    return new TextDecoder().decode(stdout).replace(/\n$/, "");
  }

  /** Writes a file below the top, with the folders it needs. */
  write(path: string, content: string | Uint8Array, mode = 0o644): void {
    const full = join(this.root, path);
    Deno.mkdirSync(dirname(full), { recursive: true });
    Deno.writeFileSync(full, typeof content === "string" ? new TextEncoder().encode(content) : content);
    Deno.chmodSync(full, mode);
  }

  /** Writes files, commits all that is not ignored, and gives the id of the commit. */
  commit(files: Readonly<Record<string, string | Uint8Array>> = {}, message = "a commit"): string {
    for (const [path, content] of Object.entries(files)) this.write(path, content);
    this.git("add", "-A");
    this.git("commit", "-q", "--allow-empty", "-m", message);
    return this.git("rev-parse", "HEAD");
  }

  /** Makes a tree of entries that `git add` would not, and gives its id. */
  tree(entries: readonly { readonly mode: string; readonly oid: string; readonly name: string }[]): string {
    const bytes = entries.flatMap(({ mode, oid, name }) => [
      ...new TextEncoder().encode(`${mode} ${name}\0`),
      ...Uint8Array.fromHex(oid),
    ]);
    return this.gitWith(Uint8Array.from(bytes), "hash-object", "-t", "tree", "-w", "--literally", "--stdin");
  }

  /** The id of a blob in the repository. */
  blob(content: string): string {
    return this.gitWith(new TextEncoder().encode(content), "hash-object", "-w", "--stdin");
  }

  /** Opens the repository as aero does, with this project's home directory. */
  open(useGit: typeof BOTH_WAYS[number] = "if_installed", folder = "."): Promise<Repository> {
    return openRepository(join(this.root, folder), {
      variables: (name) => this.environment()[name],
      useGit,
    });
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.#directory, { recursive: true });
  }

  /** Variables under which git knows nothing of the machine, and a fixed person and date. */
  environment(): Record<string, string> {
    const date = "2024-02-03T04:05:06Z";
    return {
      HOME: this.home,
      XDG_CONFIG_HOME: join(this.home, ".config"),
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_AUTHOR_NAME: "Ada",
      GIT_AUTHOR_EMAIL: "ada@example.org",
      GIT_AUTHOR_DATE: date,
      GIT_COMMITTER_NAME: "Ada",
      GIT_COMMITTER_EMAIL: "ada@example.org",
      GIT_COMMITTER_DATE: date,
      LC_ALL: "C",
    };
  }
}

/** Declares one test for each way to read a repository. */
export function testBothWays(name: string, body: (useGit: typeof BOTH_WAYS[number]) => Promise<void>): void {
  for (const useGit of BOTH_WAYS) {
    Deno.test(`${name} (${useGit === "never" ? "without git" : "with git"})`, () => body(useGit));
  }
}
