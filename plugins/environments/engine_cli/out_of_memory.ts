/**
 * Number of processes that this kernel ended for want of memory since it started.
 *
 * `undefined` where the kernel does not count them (before Linux 4.13, or no Linux).
 */
export async function countMemoryKills(): Promise<number | undefined> {
  try {
    const counters = await Deno.readTextFile("/proc/vmstat");
    const found = /^oom_kill (\d+)$/m.exec(counters);
    return found === null ? undefined : Number(found[1]);
  } catch {
    return undefined;
  }
}

/**
 * Whether a container's monitor was told of a lack of memory: podman's conmon then makes a file named `oom` in the
 * directory that podman was started in (conmon, src/cgroup.c).
 *
 * @param directory Where the engine's command ran; nobody else has written to it. If it is gone, nothing is known.
 */
export function monitorSawMemoryEnd(directory: string): boolean {
  try {
    return [...Deno.readDirSync(directory)].some(({ name }) => name === "oom");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * Whether the kernel ended a container's program for want of memory.
 *
 * For engines that do not know: under cgroup v1 podman says no, since the group is gone when it looks. The kernel's
 * log names the container's group. Where the log may not be read, a count that rose while the program ran decides,
 * which another program's death in those moments could mislead.
 *
 * @param before What {@link countMemoryKills} gave before the program began.
 */
export async function kernelEndedForMemory(
  containerId: string,
  before: number | undefined,
): Promise<boolean> {
  const after = await countMemoryKills();
  if (before === undefined || after === undefined || after <= before) return false;
  const log = await readKernelLog();
  if (log === undefined) return true;
  return log.split("\n").some((line) => line.includes("oom-kill:") && line.includes(containerId));
}

async function readKernelLog(): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command("dmesg", { stdin: "null", stderr: "null" }).output();
    return success ? new TextDecoder().decode(stdout) : undefined;
  } catch {
    return undefined;
  }
}
