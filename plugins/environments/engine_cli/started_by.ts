/** Label that says which process has started a container. */
export const PROCESS_LABEL = "aero.process";

/**
 * This process as a label's value: host, boot, namespace of process ids, process id, and its start in clock ticks since
 * boot, which tells it from a later one with the same id. `undefined` where the system does not tell.
 */
export function thisProcessLabel(): string | undefined {
  const { boot, namespace } = machine();
  const start = startOf(Deno.pid);
  if (boot === undefined || namespace === undefined || start === undefined) return undefined;
  return [Deno.hostname(), boot, namespace, Deno.pid, start].join("/");
}

/** Whether the process of a label's value is known to have ended. What cannot be told from here may live. */
export function hasEnded(label: string): boolean {
  const [host, boot, namespace, pid, start] = label.split("/");
  const here = machine();
  if (start === undefined || host !== Deno.hostname() || here.boot === undefined) return false;
  if (boot !== here.boot) return true;
  return namespace === here.namespace && startOf(Number(pid)) !== start;
}

function machine(): { readonly boot: string | undefined; readonly namespace: string | undefined } {
  let namespace: string | undefined;
  try {
    namespace = /\d+/.exec(Deno.readLinkSync("/proc/self/ns/pid"))?.[0];
  } catch {
    // There is no /proc, or it does not tell.
  }
  return { boot: read("/proc/sys/kernel/random/boot_id")?.trim(), namespace };
}

/** Field 22 of /proc/<pid>/stat (proc(5)); `undefined` if there is no such process, or it waits only to be reaped. */
function startOf(pid: number): string | undefined {
  const stat = read(`/proc/${pid}/stat`);
  // The second field is the program's name in parentheses, and may itself hold spaces and parentheses.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields === undefined || /^[ZX]/.test(fields[0]!) ? undefined : fields[19];
}

function read(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}
