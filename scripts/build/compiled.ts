import { resolve } from "node:path";
import { succeed } from "./command.ts";
import { ENTRY, filesBelow } from "./bundle.ts";
import { MEMORY } from "./memory.ts";
import { PERMISSIONS } from "./permissions.ts";

/** A Deno that takes a denort older than itself; 2.9 does not, and a given denort can be of 2.6. */
const OLDER_DENO = "npx -y deno@2.8.3";

/** What a compilation is told. */
export interface CompileOptions {
  /** Absolute path of the file to make. */
  readonly output: string;
  /** Target triple; this machine's if absent. */
  readonly target?: string;
  /** Command that is Deno, in place of the running one. */
  readonly deno?: string;
}

/**
 * Compiles a bundle onto denort: the one that DENORT_BIN names, else the one that Deno downloads.
 *
 * @param directory The bundle.
 * @returns `undefined` once `output` is there and, where it can run here, was seen to run; else why not.
 */
export async function compile(directory: string, options: CompileOptions): Promise<string | undefined> {
  const denos = options.deno !== undefined
    ? [options.deno]
    : Deno.env.has("DENORT_BIN")
    ? [Deno.execPath(), OLDER_DENO]
    : [Deno.execPath()];
  const failures: string[] = [];
  for (const deno of denos) {
    try {
      await compileWith(deno.split(" "), directory, options);
      return undefined;
    } catch (error) {
      failures.push(`${deno}: ${reasonIn((error as Error).message)}`);
      await Deno.remove(options.output).catch(() => {});
    }
  }
  return failures.join("\n");
}

async function compileWith(
  deno: readonly string[],
  directory: string,
  options: CompileOptions,
): Promise<void> {
  const pieces = (await filesBelow(directory)).filter((file) => file !== ENTRY);
  const denort = Deno.env.get("DENORT_BIN");
  await succeed([
    ...deno,
    "compile",
    "--quiet",
    "--no-config",
    "--no-lock",
    ...PERMISSIONS,
    ...MEMORY,
    ...pieces.map((file) => `--include=${file}`),
    ...(options.target === undefined ? [] : [`--target=${options.target}`]),
    `--output=${options.output}`,
    ENTRY,
  ], { cwd: directory, env: denort === undefined ? {} : { DENORT_BIN: resolve(denort) } });
  const runsHere = options.target === undefined || options.target === Deno.build.target;
  if (runsHere) await succeed([options.output, "--version"], { clearEnv: true });
}

/** The line of Deno's output that says why. */
function reasonIn(output: string): string {
  const lines = output.split("\n").map((line) => line.trim());
  const deepest = lines.findLast((line) => /^\d+: (?!<unknown>)/.test(line))?.replace(/^\d+: /, "");
  return deepest ?? lines.find((line) => line.includes("rror")) ?? lines.at(-1) ?? "no reason given";
}
