import { isAlive, type ProcessIdentity, readIdentity, thisProcess } from "./process_identity.ts";

/** Time between two beats, in milliseconds. */
const INTERVAL_MS = 2000;
/** A run of another machine without a beat for so long counts as dead, in milliseconds. */
const SILENCE_MS = 60_000;

/**
 * Tells other processes that somebody looks after a run: the one that runs it, or one that records it afterwards.
 *
 * The file names the process, so that on this machine its death is known at once, whatever killed it; it is touched
 * every two seconds for other machines that share the directory. A run that is recorded has no such file.
 */
export class Heartbeat implements Disposable {
  readonly #path: string;
  readonly #timer: ReturnType<typeof setInterval>;
  #finished = false;

  private constructor(path: string) {
    this.#path = path;
    Deno.writeTextFileSync(path, JSON.stringify(thisProcess()));
    this.#timer = setInterval(() => this.#beat(), INTERVAL_MS);
  }

  /**
   * Begins to look after a new run.
   *
   * @throws {TypeError} if the run has a heartbeat already.
   */
  static begin(path: string): Heartbeat {
    using _lock = lockBeside(path);
    if (isThere(path)) throw new TypeError(`A run that is there already was to begin: ${path}`);
    return new Heartbeat(path);
  }

  /**
   * Looks after a run whose holder is dead or let go; `undefined` if somebody who is alive does so already, or if the
   * run is recorded. Of several that try at once, one does.
   */
  static takeOver(path: string, now: number): Heartbeat | undefined {
    using _lock = lockBeside(path);
    return isThere(path) && !isLookedAfter(path, now) ? new Heartbeat(path) : undefined;
  }

  #beat(): void {
    const now = new Date();
    try {
      Deno.utimeSync(this.#path, now, now);
    } catch {
      // The next beat tries again. What is wrong with the disk is told by the writes that matter; thrown out of a
      // timer, it would end the process, and the run with it.
    }
  }

  /** The run is recorded: nobody needs to look after it. */
  finish(): void {
    this.#finished = true;
    Deno.removeSync(this.#path);
  }

  /** Lets go: unless the run is recorded, the next one who looks takes it over. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    if (!this.#finished && isThere(this.#path)) Deno.truncateSync(this.#path);
  }
}

/** Whether somebody who is alive looks after a run. Asks only. */
export function isLookedAfter(path: string, now: number): boolean {
  const holder: ProcessIdentity | undefined = readIdentity(path);
  if (holder === undefined) return false;
  if (holder.hostname !== Deno.hostname()) {
    return now - (Deno.statSync(path).mtime?.getTime() ?? 0) < SILENCE_MS;
  }
  return isAlive(holder);
}

function isThere(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Held while a heartbeat changes hands; all of one directory share it. It ends with the process at the latest. */
function lockBeside(path: string): Disposable {
  const file = Deno.openSync(`${path.slice(0, path.lastIndexOf("/"))}.lock`, { create: true, write: true });
  file.lockSync(true);
  return { [Symbol.dispose]: () => file.close() };
}
