/** Time between two beats, in milliseconds. */
const INTERVAL_MS = 2000;
/** A run of another machine without a beat for so long counts as dead, in milliseconds. */
const SILENCE_MS = 60_000;

/**
 * Tells other processes that somebody looks after a run: the one that runs it, or one that records it afterwards.
 *
 * The file is locked (flock(2)) while its holder lives, whatever kills it, and touched every two seconds for those
 * who see the file over a network without seeing the lock. A run that is recorded has no such file.
 */
export class Heartbeat implements Disposable {
  readonly #path: string;
  readonly #file: Deno.FsFile;
  readonly #timer: ReturnType<typeof setInterval>;

  private constructor(path: string, file: Deno.FsFile) {
    this.#path = path;
    this.#file = file;
    this.#timer = setInterval(() => this.#beat(), INTERVAL_MS);
    this.#beat();
  }

  /** Begins to look after a run; `undefined` if somebody who is alive does so already. */
  static take(path: string, now: number): Heartbeat | undefined {
    if (beatsElsewhere(path, now)) return undefined;
    const file = Deno.openSync(path, { create: true, write: true, read: true });
    let taken = false;
    try {
      taken = file.tryLockSync(true);
      if (!taken) return undefined;
      file.truncateSync(0);
      file.writeSync(new TextEncoder().encode(JSON.stringify({ hostname: Deno.hostname(), pid: Deno.pid })));
      return new Heartbeat(path, file);
    } finally {
      if (!taken) file.close();
    }
  }

  #beat(): void {
    const now = new Date();
    this.#file.utimeSync(now, now);
  }

  /** The run is recorded: nobody needs to look after it. */
  finish(): void {
    Deno.removeSync(this.#path);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#file.close();
  }
}

/** Whether another machine, whose locks may not be seen here, has beaten lately. */
function beatsElsewhere(path: string, now: number): boolean {
  try {
    const { hostname } = JSON.parse(Deno.readTextFileSync(path));
    const beatAt = Deno.statSync(path).mtime?.getTime() ?? 0;
    return hostname !== Deno.hostname() && now - beatAt < SILENCE_MS;
  } catch (error) {
    // Torn, empty or absent: whoever wrote it died in doing so, or its lock tells.
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return false;
    throw error;
  }
}
