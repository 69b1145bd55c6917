/** Enough to tell a process from a later one with the same number. */
export interface ProcessIdentity {
  readonly hostname: string;
  readonly bootId: string;
  readonly pid: number;
  /** Clock ticks between boot and the process's start; empty where the system does not tell. */
  readonly startTicks: string;
}

/** Whether the process lives, on this machine. One of another machine does not. */
export function isAlive({ hostname, bootId: boot, pid, startTicks }: ProcessIdentity): boolean {
  return hostname === Deno.hostname() && boot === bootId() && startTicks === startTicksOf(pid);
}

/** Reads an identity that is kept as JSON; `undefined` if there is none, or if its writer died in writing. */
export function readIdentity(path: string): ProcessIdentity | undefined {
  try {
    const holder = JSON.parse(Deno.readTextFileSync(path));
    return typeof holder?.hostname === "string" ? holder : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The process that asks. */
export function thisProcess(): ProcessIdentity {
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
  if (stat !== undefined) {
    // The second field is the program's name in parentheses, and may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // One that has ended stays in the list until its parent asks, which some containers' first process never does.
    return /^[ZX]/.test(fields[0]!) ? undefined : fields[19];
  }
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
