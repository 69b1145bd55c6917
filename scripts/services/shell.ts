/** What a command printed. */
export interface Output {
  readonly success: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end; a command that is not there has no success. */
export async function tryRun(
  command: readonly string[],
  options: { readonly env?: Record<string, string>; readonly cwd?: string; readonly stdin?: string } = {},
): Promise<Output> {
  const [program = "", ...args] = command;
  try {
    const child = new Deno.Command(program, {
      args,
      stdin: options.stdin === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
      ...(options.env === undefined ? {} : { env: options.env }),
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    }).spawn();
    const fed = options.stdin === undefined ? undefined : feed(child, options.stdin);
    const [{ success, stdout, stderr }] = await Promise.all([child.output(), fed]);
    const decoder = new TextDecoder();
    return { success, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return { success: false, stdout: "", stderr: error.message };
  }
}

/** The same, and a command without success ends the script with what it printed. */
export async function run(...given: Parameters<typeof tryRun>): Promise<string> {
  const { success, stdout, stderr } = await tryRun(...given);
  if (success) return stdout;
  throw new Error(`${given[0].join(" ")}\n${stderr.trim().split("\n").slice(-20).join("\n")}`);
}

/** Writes a file unless it holds just that; makes its directory. */
export async function ensureFile(path: string, text: string): Promise<void> {
  if (await readIfThere(path) === text) return;
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  await Deno.writeTextFile(path, text);
}

/** `undefined` if there is no such file. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function feed(child: Deno.ChildProcess, text: string): Promise<void> {
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
}
