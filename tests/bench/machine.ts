import { run } from "./process.ts";

/** What one must know of the machine to read the numbers. */
export interface Machine {
  readonly commit: string;
  readonly cpu: string;
  readonly cores: number;
  /** Load averages over 1, 5 and 15 minutes. */
  readonly load: readonly number[];
  readonly kernel: string;
  /** File system that the benches write to. */
  readonly disk: string;
  readonly deno: string;
  readonly at: string;
}

/** Describes this machine. @param directory Where the benches write. */
export async function describeMachine(root: string, directory: string): Promise<Machine> {
  const commit = (await run(["git", "rev-parse", "--short=12", "HEAD"], { cwd: root })).stdout.trim();
  const changed = (await run(["git", "status", "--porcelain"], { cwd: root })).stdout.trim() !== "";
  const cpu = /^model name\s*:\s*(.+)$/m.exec(await Deno.readTextFile("/proc/cpuinfo"))?.[1] ?? "unknown";
  const disk = (await run(["stat", "-f", "-c", "%T", directory])).stdout.trim();
  return {
    commit: changed ? `${commit} with changes` : commit,
    cpu,
    cores: navigator.hardwareConcurrency,
    load: Deno.loadavg().map((load) => Math.round(load * 100) / 100),
    kernel: Deno.osRelease(),
    disk,
    deno: Deno.version.deno,
    at: new Date().toISOString(),
  };
}
