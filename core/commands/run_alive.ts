// Beats come every two seconds; one of another machine, whose lock may not be seen here, is taken for dead after this.
const SILENCE_MS = 60_000;

/**
 * Whether somebody who is alive looks after a run: holds the lock of its heartbeat, or has touched it lately.
 *
 * Asks only: unlike taking the heartbeat, it leaves everything as it was. A run that is recorded has none.
 */
export function isLookedAfter(heartbeat: string, now: number): boolean {
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(heartbeat);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
  try {
    if (!file.tryLockSync(false)) return true;
    file.unlockSync();
    if (ownerOf(heartbeat) === Deno.hostname()) return false;
    return now - (file.statSync().mtime?.getTime() ?? 0) < SILENCE_MS;
  } finally {
    file.close();
  }
}

function ownerOf(heartbeat: string): unknown {
  try {
    return JSON.parse(Deno.readTextFileSync(heartbeat)).hostname;
  } catch (error) {
    // Torn, empty or gone: its writer is dying or has just ended.
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return Deno.hostname();
    throw error;
  }
}
