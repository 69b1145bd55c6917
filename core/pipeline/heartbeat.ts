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
    this.#beat();
    this.#timer = setInterval(() => this.#beat(), INTERVAL_MS);
  }

  /**
   * Begins to look after a run that is new.
   *
   * @throws {TypeError} if there is such a file already.
   */
  static begin(path: string): Heartbeat {
    // Nobody may find the file before it is locked, or its run would be taken for a dead one.
    const slash = path.lastIndexOf("/") + 1;
    const hidden = `${path.slice(0, slash)}.${path.slice(slash)}`;
    const file = Deno.openSync(hidden, { createNew: true, write: true, read: true });
    try {
      if (isThere(path)) throw new TypeError(`${path} is there already`);
      if (!file.tryLockSync(true)) throw new TypeError(`${hidden} is locked by another`);
      sign(file);
      Deno.renameSync(hidden, path);
    } catch (error) {
      file.close();
      Deno.removeSync(hidden);
      throw error;
    }
    return new Heartbeat(path, file);
  }

  /**
   * Begins to look after a run whose former holder died.
   *
   * @param now Epoch milliseconds.
   * @returns `undefined` if somebody who is alive looks after it, or if it has been recorded meanwhile.
   */
  static takeOver(path: string, now: number): Heartbeat | undefined {
    const file = openIfThere(path);
    if (file === undefined) return undefined;
    let taken = false;
    try {
      taken = !beatsElsewhere(file, now) && file.tryLockSync(true) && isOpenAt(file, path);
      if (!taken) return undefined;
      sign(file);
      return new Heartbeat(path, file);
    } finally {
      if (!taken) file.close();
    }
  }

  #beat(): void {
    const now = new Date();
    try {
      this.#file.utimeSync(now, now);
    } catch {
      // The lock says the same; a beat that is missed on a network drive is made up by the next.
    }
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

/** Writes who holds the file. */
function sign(file: Deno.FsFile): void {
  file.truncateSync(0);
  file.seekSync(0, Deno.SeekMode.Start);
  file.writeSync(new TextEncoder().encode(JSON.stringify({ hostname: Deno.hostname(), pid: Deno.pid })));
}

function openIfThere(path: string): Deno.FsFile | undefined {
  try {
    return Deno.openSync(path, { write: true, read: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
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

/** Whether a file that is open has not been removed by the one who recorded its run. */
function isOpenAt(file: Deno.FsFile, path: string): boolean {
  try {
    const there = Deno.lstatSync(path), own = file.statSync();
    return there.ino === own.ino && there.dev === own.dev;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Longest text that {@link sign} writes, and more. */
const SIGNATURE_BYTES = 1024;

/** Whether another machine, whose locks may not be seen here, has beaten lately. */
function beatsElsewhere(file: Deno.FsFile, now: number): boolean {
  const bytes = new Uint8Array(SIGNATURE_BYTES);
  const count = file.readSync(bytes) ?? 0;
  try {
    const { hostname } = JSON.parse(new TextDecoder().decode(bytes.subarray(0, count)));
    const beatAt = file.statSync().mtime?.getTime() ?? 0;
    return hostname !== Deno.hostname() && now - beatAt < SILENCE_MS;
  } catch (error) {
    // Torn or empty: whoever wrote it died in doing so, or its lock tells.
    if (error instanceof SyntaxError || error instanceof TypeError) return false;
    throw error;
  }
}
