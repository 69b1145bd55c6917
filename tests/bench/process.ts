/** How a program is started. */
export interface ProcessOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** An exit code that counts as a good end beside 0. */
  readonly alsoGood?: number;
}

/** What a program that ended well was seen to do. */
export interface Finished {
  readonly seconds: number;
  readonly stdout: string;
}

/** A program that did not end well. */
export class ProcessFailed extends Error {
  override readonly name = "ProcessFailed";
}

/** Runs a program to its end. @throws {ProcessFailed} with the end of what it printed. */
export async function run(command: readonly string[], options: ProcessOptions = {}): Promise<Finished> {
  const start = performance.now();
  const { code, stdout, stderr } = await makeCommand(command, options, "piped").output();
  const seconds = (performance.now() - start) / 1000;
  const text = new TextDecoder();
  options.signal?.throwIfAborted();
  if (isGood(code, options)) return { seconds, stdout: text.decode(stdout) };
  const said = (text.decode(stdout) + text.decode(stderr)).slice(-2000);
  throw new ProcessFailed(`${command.join(" ")} exited with ${code}\n${said}`);
}

/** Seconds that a program takes whose output nobody wants. @throws {ProcessFailed} */
export async function time(command: readonly string[], options: ProcessOptions = {}): Promise<number> {
  return (await run(command, options)).seconds;
}

/** Whether a program is there and ends well. */
export async function succeeds(command: readonly string[], options: ProcessOptions = {}): Promise<boolean> {
  try {
    await run(command, options);
    return true;
  } catch (error) {
    if (error instanceof ProcessFailed || error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Time between two looks at the memory of a process tree, in milliseconds. */
const LOOK_MS = 25;

/** Runs a program and looks at the memory of it and its descendants: peak of the summed resident sets, in bytes. */
export async function runWatched(
  command: readonly string[],
  options: ProcessOptions = {},
): Promise<Finished & { readonly peakBytes: number }> {
  const start = performance.now();
  const child = makeCommand(command, options, "piped").spawn();
  let peakBytes = 0;
  const timer = setInterval(() => peakBytes = Math.max(peakBytes, residentBytes(child.pid)), LOOK_MS);
  try {
    const { code, stdout, stderr } = await child.output();
    const seconds = (performance.now() - start) / 1000;
    options.signal?.throwIfAborted();
    const text = new TextDecoder();
    if (!isGood(code, options)) {
      throw new ProcessFailed(`${command.join(" ")} exited with ${code}\n${text.decode(stderr)}`);
    }
    return { seconds, stdout: text.decode(stdout), peakBytes };
  } finally {
    clearInterval(timer);
  }
}

function isGood(code: number, { alsoGood = 0 }: ProcessOptions): boolean {
  return code === 0 || code === alsoGood;
}

function makeCommand([program, ...args]: readonly string[], options: ProcessOptions, stdout: "piped") {
  const { cwd, env, signal } = options;
  return new Deno.Command(program!, {
    args,
    stdin: "null",
    stdout,
    stderr: "piped",
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env: { ...env } }),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Resident bytes of a process and all below it; 0 once it is gone. See proc_pid_status(5), proc_pid_task(5). */
function residentBytes(pid: number): number {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    let bytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
    for (const { name } of Deno.readDirSync(`/proc/${pid}/task`)) {
      const children = Deno.readTextFileSync(`/proc/${pid}/task/${name}/children`).trim();
      for (const child of children === "" ? [] : children.split(" ")) bytes += residentBytes(Number(child));
    }
    return bytes;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || (error as { code?: string }).code === "ESRCH") return 0;
    throw error;
  }
}
