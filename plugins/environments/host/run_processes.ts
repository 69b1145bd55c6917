/** The variable by which the processes of a run are found. */
export const RUN_VARIABLE = "AERO_RUN_ID";

const ROUNDS = 200;
const ROUND_MS = 10;

/**
 * Ends all processes that carry a run's id in their environment; how many there were.
 *
 * Looks again until none is left, since a process can start another while it is being ended. Processes of other
 * users, also for root, and those that cleared their environment are not seen; where there is no /proc, none are.
 */
export async function endProcessesOf(runId: string, signal?: AbortSignal): Promise<number> {
  const seen = new Set<number>();
  for (let round = 0; round < ROUNDS; round++) {
    signal?.throwIfAborted();
    const found = findProcessesOf(runId);
    if (found.length === 0) break;
    for (const pid of found) {
      seen.add(pid);
      sendSignal(pid, "SIGKILL");
    }
    await new Promise((resolve) => setTimeout(resolve, ROUND_MS));
  }
  return seen.size;
}

/** Sends a signal to a process, or with a negative id to a group; whether there was one. */
export function sendSignal(pid: number, signal: Deno.Signal): boolean {
  try {
    Deno.kill(pid, signal);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * The processes that carry a run's id in their environment.
 *
 * Synchronous: some hundred tiny reads, each far cheaper than a turn of the event loop.
 */
export function findProcessesOf(runId: string): number[] {
  const wanted = `${RUN_VARIABLE}=${runId}`;
  return processIds().filter((pid) => pid !== Deno.pid && variablesOf(pid).includes(wanted) && isOwn(pid));
}

function processIds(): number[] {
  try {
    return [...Deno.readDirSync("/proc")].map((entry) => Number(entry.name)).filter(Number.isInteger);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Root could end anybody's, and anybody can give a process any variable. */
function isOwn(pid: number): boolean {
  try {
    return Deno.statSync(`/proc/${pid}`).uid === Deno.uid();
  } catch {
    return false;
  }
}

function variablesOf(pid: number): string[] {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/environ`).split("\0");
  } catch {
    // It has ended, or is another user's.
    return [];
  }
}
