import type { HostRecord } from "../../model/run.ts";

/** What the caller knows better than the files of the host. */
export interface HostDescriptionOptions {
  /** Name and version of the container engine. */
  readonly engine?: string;
  /** Name of the person; without it, the one that /etc/passwd gives for this process. */
  readonly user?: string;
  /** In place of `/proc`. */
  readonly procDirectory?: string;
}

type Gpu = HostRecord["gpus"][number];

// A driver that hangs must not hold up a run.
const GPU_QUERY_MS = 2_000;

/**
 * Describes the machine. Never fails: what cannot be learned is `unknown`, 0 or absent.
 *
 * Starts no program unless the machine has an NVIDIA driver.
 */
export async function describeHost(options: HostDescriptionOptions = {}): Promise<HostRecord> {
  const proc = options.procDirectory ?? "/proc";
  const [cpuInfo, osRelease, gpus, user] = await Promise.all([
    textOf(`${proc}/cpuinfo`),
    textOf("/etc/os-release"),
    gpusOf(proc),
    options.user ?? ownUser(),
  ]);
  return {
    hostname: attempt(() => Deno.hostname(), "unknown"),
    user,
    os: fieldOf(osRelease, /^PRETTY_NAME="?([^"\n]+)"?$/m) ?? Deno.build.os,
    kernel: attempt(() => Deno.osRelease(), "unknown"),
    architecture: Deno.build.arch,
    cpu: fieldOf(cpuInfo, /^(?:model name|Model|cpu model)\s*:\s*(.+)$/m) ?? "unknown",
    cores: navigator.hardwareConcurrency,
    memoryBytes: attempt(() => Deno.systemMemoryInfo().total, 0),
    gpus,
    ...options.engine !== undefined && { engine: options.engine },
  };
}

async function gpusOf(proc: string): Promise<Gpu[]> {
  const version = await textOf(`${proc}/driver/nvidia/version`);
  if (version === "") return [];
  const asked = await askDriver();
  if (asked.length > 0) return asked;
  const driver = fieldOf(version, /Kernel Module(?: for \S+)?\s+(\d+(?:\.\d+)+)/) ?? "unknown";
  const gpus: Gpu[] = [];
  try {
    const slots: string[] = [];
    for await (const slot of Deno.readDir(`${proc}/driver/nvidia/gpus`)) slots.push(slot.name);
    for (const slot of slots.sort()) {
      const information = await textOf(`${proc}/driver/nvidia/gpus/${slot}/information`);
      gpus.push({ name: fieldOf(information, /^Model:\s*(.+)$/m) ?? "unknown", driver });
    }
  } catch {
    // A driver without cards.
  }
  return gpus;
}

async function askDriver(): Promise<Gpu[]> {
  try {
    const { success, stdout } = await new Deno.Command("nvidia-smi", {
      args: ["--query-gpu=name,driver_version,memory.total", "--format=csv,noheader,nounits"],
      stdin: "null",
      stderr: "null",
      signal: AbortSignal.timeout(GPU_QUERY_MS),
    }).output();
    return success ? parseGpus(new TextDecoder().decode(stdout)) : [];
  } catch {
    return [];
  }
}

/** Reads `name, driver, MiB` lines of nvidia-smi; others are passed over. */
export function parseGpus(text: string): Gpu[] {
  return text.split("\n").flatMap((line): Gpu[] => {
    const [, name, driver, mebibytes] = /^(.+), ([^,]+), ([^,]+)$/.exec(line.trim()) ?? [];
    if (name === undefined || driver === undefined) return [];
    const memory = Number(mebibytes);
    return [{ name, driver, ...Number.isFinite(memory) && { memoryBytes: memory * 2 ** 20 } }];
  });
}

async function ownUser(): Promise<string> {
  const uid = attempt(() => Deno.uid(), null);
  if (uid === null) return "unknown";
  const line = (await textOf("/etc/passwd")).split("\n").find((entry) => entry.split(":")[2] === String(uid));
  return line?.split(":")[0] ?? `uid ${uid}`;
}

function fieldOf(text: string, pattern: RegExp): string | undefined {
  return pattern.exec(text)?.[1]?.trim();
}

async function textOf(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch {
    return "";
  }
}

function attempt<T>(call: () => T, otherwise: T): T {
  try {
    return call();
  } catch {
    return otherwise;
  }
}
