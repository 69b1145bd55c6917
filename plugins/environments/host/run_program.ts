import { EnvironmentError, type ProgramSpec, type RunOptions } from "../../../core/plugin/environment.ts";
import type { ProgramExit } from "../../../core/model/run.ts";
import { endProcessesOf, findProcessesOf, RUN_VARIABLE, sendSignal } from "./run_processes.ts";

const DEFAULT_GRACE_MS = 10_000;

// sh(1), `set -m`: the program gets a process group of its own and the terminal with it, so that Ctrl-C reaches the
// program and not aero. The shell gives the terminal back at its end.
const IN_FOREGROUND = 'set -m; "$@"; exit $?';

/**
 * Runs a program in a process group of its own; when the program has ended, nothing that it started goes on.
 *
 * It sees the variables of `spec` and no others. That the kernel ended it for want of memory cannot be known here:
 * that is `signalled` by SIGKILL.
 *
 * @param urgent Ends the time that the program is given to end.
 * @throws {EnvironmentError} `container_refused`, `unsupported`.
 */
export async function runProgram(
  spec: ProgramSpec,
  options: RunOptions,
  urgent?: AbortSignal,
): Promise<ProgramExit> {
  options.signal?.throwIfAborted();
  refuseLimits(spec);
  const interactive = options.interactive === true;
  const child = start(spec, interactive);
  // Only a group that the terminal was given to may read from it, and a detached child's would not be.
  const target = interactive ? child.pid : -child.pid;
  let ended = false;
  const status = child.status.finally(() => ended = true);
  let stopping: Promise<void> | undefined;
  const begin = () => interactive ? hangUp(child.pid, spec.runId) : void sendSignal(target, "SIGTERM");
  const onAbort = () =>
    stopping ??= stop(target, begin, status, {
      graceMs: options.graceMs ?? DEFAULT_GRACE_MS,
      urgent,
    });
  options.signal?.addEventListener("abort", onAbort, { once: true });
  try {
    const streams = interactive
      ? []
      : [pump(child.stdout, options.onStdout), pump(child.stderr, options.onStderr)];
    // What the program left behind may hold the streams open, so it is ended before they are read out.
    const swept = status.then(() => endRest(target, spec.runId));
    const [how] = await Promise.all([status, swept, ...streams]);
    if (stopping !== undefined) throw options.signal?.reason;
    return how.signal === null ? { how: "exited", code: how.code } : { how: "signalled", signal: how.signal };
  } finally {
    options.signal?.removeEventListener("abort", onAbort);
    // A callback that threw leaves the program running.
    if (!ended && stopping === undefined) sendSignal(target, "SIGKILL");
    await stopping;
    await status;
    await endRest(target, spec.runId);
  }
}

function refuseLimits({ command, limits: { cpus, memoryBytes, gpus } }: ProgramSpec): void {
  // All GPUs are what a program on the host sees anyway.
  if (cpus === undefined && memoryBytes === undefined && (gpus === undefined || gpus === "all")) return;
  throw new EnvironmentError("unsupported", {
    what: `Cannot run "${command[0] ?? ""}" with limits`,
    why: "programs on the host run without",
    fix: ["run it in a container, which holds them", "remove `limits` from the environment in aero.yaml"],
  });
}

function start(spec: ProgramSpec, interactive: boolean): Deno.ChildProcess {
  const [program, ...args] = interactive && Deno.stdin.isTerminal()
    ? ["sh", "-c", IN_FOREGROUND, "sh", ...spec.command]
    : spec.command;
  if (program === undefined) throw new RangeError("A command has at least a program");
  try {
    return new Deno.Command(program, {
      args,
      cwd: spec.workingDirectory,
      clearEnv: true,
      env: { ...spec.env, ...spec.secrets, [RUN_VARIABLE]: spec.runId },
      stdin: interactive ? "inherit" : "null",
      stdout: interactive ? "inherit" : "piped",
      stderr: interactive ? "inherit" : "piped",
      detached: !interactive,
    }).spawn();
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    throw new EnvironmentError("container_refused", {
      what: `Cannot start "${program}" in ${spec.workingDirectory}`,
      why: cause.message,
      fix: waysOut(program, cause, spec),
    }, { cause });
  }
}

function waysOut(program: string, cause: Error, { env }: ProgramSpec): string[] {
  if (cause instanceof Deno.errors.PermissionDenied) {
    return [`let git keep it as executable: \`git update-index --chmod=+x ${program}\`, then commit`];
  }
  if (cause instanceof Deno.errors.NotFound && !program.includes("/")) {
    return [`look for it on the PATH that the program gets: ${env["PATH"] ?? "none"}`];
  }
  if ("code" in cause && cause.code === "E2BIG") {
    return [
      "leave long params out of the command: the program finds them in the file that AERO_PARAMS names",
    ];
  }
  return [];
}

/** As if the terminal were closed: shells at a terminal ignore SIGTERM. */
function hangUp(child: number, runId: string): void {
  const all = findProcessesOf(runId);
  for (const pid of all.length > 0 ? all : [child]) sendSignal(pid, "SIGHUP");
}

/** Asks the program to end, then after `graceMs`, or once it is urgent, SIGKILL. */
async function stop(
  target: number,
  begin: () => void,
  status: Promise<unknown>,
  { graceMs, urgent }: { readonly graceMs: number; readonly urgent: AbortSignal | undefined },
): Promise<void> {
  begin();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, urgent?.aborted ? 0 : graceMs);
    urgent?.addEventListener("abort", () => resolve(), { once: true });
  });
  await Promise.race([status, late]);
  clearTimeout(timer);
  sendSignal(target, "SIGKILL");
}

async function endRest(target: number, runId: string): Promise<void> {
  if (target < 0) sendSignal(target, "SIGKILL");
  await endProcessesOf(runId);
}

async function pump(stream: ReadableStream<Uint8Array>, onPiece: (bytes: Uint8Array) => void): Promise<void> {
  for await (const bytes of stream) onPiece(bytes);
}
