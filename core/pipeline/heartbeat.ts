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

  private constructor(path: string) {
    this.#path = path;
    this.#timer = setInterval(() => this.#beat(), INTERVAL_MS);
  }

  /**
   * Begins to look after a run; `undefined` if somebody who is alive does so already. Of several that try at once,
   * one does.
   *
   * @param path Beside it, `lock` is made: it is held while the file changes hands.
   */
  static take(path: string, now: number): Heartbeat | undefined {
    using _lock = lockBeside(path);
    if (isLookedAfter(path, now)) return undefined;
    Deno.writeTextFileSync(path, JSON.stringify(thisProcess()));
    return new Heartbeat(path);
  }

  #beat(): void {
    const now = new Date();
    try {
      Deno.utimeSync(this.#path, now, now);
    } catch (error) {
      // A directory that is gone is told by the writes that matter.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  /** The run is recorded: nobody needs to look after it. */
  finish(): void {
    Deno.removeSync(this.#path);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
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

/** `undefined` if there is none, or if its writer died in writing it. */
function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(Deno.readTextFileSync(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function lockBeside(path: string): Disposable {
  const file = Deno.openSync(`${path.slice(0, path.lastIndexOf("/"))}/lock`, { create: true, write: true });
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
