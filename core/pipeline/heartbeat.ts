/** Time between two beats, in milliseconds. */
const INTERVAL_MS = 2000;
/** A run of another machine without a beat for so long counts as dead, in milliseconds. */
const SILENCE_MS = 60_000;

/** Who beats: enough to tell a process from a later one with the same number. */
interface Holder {
  readonly hostname: string;
  readonly bootId: string;
  readonly pid: number;
  /** Clock ticks between boot and the process's start; empty where the system does not tell. */
  readonly startTicks: string;
}

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
  const holder = readHolder(path);
  if (holder === undefined) return false;
  if (holder.hostname !== Deno.hostname()) {
    return now - (Deno.statSync(path).mtime?.getTime() ?? 0) < SILENCE_MS;
  }
  return holder.bootId === bootId() && holder.startTicks === startTicksOf(holder.pid);
}

/** `undefined` if there is none, if it let go, or if it died in writing. */
function readHolder(path: string): Holder | undefined {
  try {
    const holder = JSON.parse(Deno.readTextFileSync(path));
    return typeof holder?.hostname === "string" ? holder : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return undefined;
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

/** Held while a heartbeat changes hands; all of one directory share it. It ends with the process at the latest. */
function lockBeside(path: string): Disposable {
  const file = Deno.openSync(`${path.slice(0, path.lastIndexOf("/"))}.lock`, { create: true, write: true });
  file.lockSync(true);
  return { [Symbol.dispose]: () => file.close() };
}

function thisProcess(): Holder {
  return {
    hostname: Deno.hostname(),
    bootId: bootId(),
    pid: Deno.pid,
    startTicks: startTicksOf(Deno.pid) ?? "",
  };
}

function bootId(): string {
  return readIfThere("/proc/sys/kernel/random/boot_id")?.trim() ?? "";
}

/**
 * When a process started: field 22 of /proc/<pid>/stat (proc(5)). Where there is no /proc, "" if there is such a
 * process; `undefined` if there is none.
 */
function startTicksOf(pid: number): string | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`);
  // The second field is the program's name in parentheses, and may itself hold spaces and parentheses.
  if (stat !== undefined) return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  if (readIfThere("/proc/self/stat") !== undefined) return undefined;
  const { success } = new Deno.Command("kill", { args: ["-0", String(pid)], stderr: "null" }).outputSync();
  return success ? "" : undefined;
}

function readIfThere(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    // The file of a process that ends while it is read fails with ESRCH, which has no class of its own.
    if (error instanceof Deno.errors.NotFound || (error as { code?: string }).code === "ESRCH") {
      return undefined;
    }
    throw error;
  }
}
