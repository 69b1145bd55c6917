import { readIfThere, run } from "./shell.ts";

const LOOK_EVERY_MS = 50;

/**
 * Starts a program that outlives this script; its output goes to a file, so nobody waits for it.
 *
 * @param pidFile Where its process id goes, for {@link daemonPid} and {@link endDaemon}.
 */
export async function startDaemon(
  command: readonly string[],
  pidFile: string,
  logFile: string,
): Promise<void> {
  // `ulimit` is the shell's; the hard limit may be below what a server of many connections would like.
  const script = 'ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -Hn)"; ' +
    'pid=$1 log=$2; shift 2; setsid "$@" >>"$log" 2>&1 </dev/null & echo $! >"$pid"';
  await run(["sh", "-c", script, "sh", pidFile, logFile, ...command]);
}

/**
 * The process that {@link startDaemon} started, if it runs.
 *
 * @param mark A word of its command line, so that a stranger who got the same number is not taken for it.
 */
export async function daemonPid(pidFile: string, mark: string): Promise<number | undefined> {
  const pid = Number((await readIfThere(pidFile))?.trim());
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  const words = (await readIfThere(`/proc/${pid}/cmdline`))?.split("\0") ?? [];
  return words.includes(mark) ? pid : undefined;
}

/** Ends it, by force if it does not go, and returns when it is gone. */
export async function endDaemon(
  pidFile: string,
  mark: string,
  signal: Deno.Signal,
  patienceMs = 10_000,
): Promise<void> {
  const pid = await daemonPid(pidFile, mark);
  if (pid === undefined) return;
  kill(pid, signal);
  if (await waitUntil(async () => await daemonPid(pidFile, mark) === undefined, patienceMs)) return;
  kill(pid, "SIGKILL");
  await waitUntil(async () => await daemonPid(pidFile, mark) === undefined, patienceMs);
}

/** Asks again and again; `false` if the answer was still no when the time was over. */
export async function waitUntil(answer: () => Promise<boolean>, patienceMs: number): Promise<boolean> {
  const until = performance.now() + patienceMs;
  while (!await answer()) {
    if (performance.now() > until) return false;
    await pause(LOOK_EVERY_MS);
  }
  return true;
}

function kill(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    // It went by itself in between.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
