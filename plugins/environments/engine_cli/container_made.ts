import { within } from "./output.ts";

const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 250;
/** Engines take a second or two. */
const GIVEN_UP_MS = 60_000;

/**
 * Waits until an engine has written the id of a container that it made.
 *
 * @returns Whether it did so before `ended`, which stands for the end of the engine's command, and within a minute.
 */
export async function untilMade(idFile: string, ended: Promise<unknown>): Promise<boolean> {
  const until = performance.now() + GIVEN_UP_MS;
  let pause = FIRST_PAUSE_MS;
  while (performance.now() < until && !await within(ended, pause)) {
    if (await hasBytes(idFile)) return true;
    pause = Math.min(pause * 1.2, LONGEST_PAUSE_MS);
  }
  return false;
}

async function hasBytes(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).size > 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
