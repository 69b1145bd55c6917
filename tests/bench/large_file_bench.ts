import type { Bench, BenchContext, Row } from "./bench.ts";
import { run } from "./process.ts";
import { createRepository, environmentYaml } from "./project.ts";
import { interleave, median, ratios } from "./rounds.ts";

const MEBIBYTE = 1 << 20;

/** Data that is too large for memory's comfort. */
export const largeFileBench: Bench = {
  name: "large-file",
  question:
    "Is the hash, the copy or the disk the bound when a large file is added, and does memory stay flat?",
  async run(context) {
    const { aero, quick, signal } = context;
    const bytes = (quick ? 64 : 4096) * MEBIBYTE;
    const size = bytes >= 1 << 30 ? `${bytes / (1 << 30)} GiB` : `${bytes / MEBIBYTE} MiB`;
    const file = `${context.directory}/large.bin`;
    await writeRandom(file, bytes);
    const parts = await splitInFour(file, context.directory);
    const gigabytes = bytes / 1e9;
    let peakBytes = 0;
    const inMemory = await memoryDirectory(context);
    const add = async (path: string, storage: string) => {
      await using project = await freshProject(context, storage);
      const { seconds, peakBytes: peak } = await aero.withHome(project.home).runWatched(
        ["data", "add", path, "--name", "large"],
        { cwd: project.directory, signal },
      );
      peakBytes = Math.max(peakBytes, peak);
      return gigabytes / seconds;
    };
    const copy = async (...command: string[]) => {
      const { seconds } = await run(["sh", "-c", command.join(" && ")], { cwd: context.directory, signal });
      await Deno.remove(`${context.directory}/copy.bin`);
      return gigabytes / seconds;
    };
    const openssl = (paths: readonly string[]) => async () => {
      const results = await Promise.all(
        paths.map((path) => run(["openssl", "dgst", "-sha256", path], { signal })),
      );
      return gigabytes / Math.max(...results.map(({ seconds }) => seconds));
    };
    try {
      const contenders: Record<string, () => Promise<number>> = {
        "openssl dgst -sha256": openssl([file]),
        "openssl dgst -sha256, 4 at once": openssl(parts),
        "cp": () => copy("cp large.bin copy.bin"),
        "cp && sync": () => copy("cp large.bin copy.bin", "sync copy.bin"),
        "aero data add, to disk": () => add(file, `${context.directory}/storage`),
        "aero data add, 4 files, to disk": () =>
          add(`${context.directory}/parts`, `${context.directory}/storage`),
        ...(inMemory !== undefined && {
          "aero data add, to memory": () => add(file, inMemory),
          "aero data add, 4 files, to memory": () => add(`${context.directory}/parts`, inMemory),
        }),
      };
      const measured = await interleave(quick ? 1 : 3, contenders, { warmUp: false });
      const rows = Object.entries(measured).map(([what, rounds]): Row => ({
        what: `${what}, ${size} of random bytes`,
        value: median(rounds),
        unit: "GB/s",
        rounds,
      }));
      const compare = (what: string, base: string, atLeast?: number): Row[] => {
        const [value, by] = [measured[what], measured[base]];
        if (value === undefined || by === undefined) return [];
        const rounds = ratios(value, by);
        return [{
          what: `${what} / ${base}`,
          value: median(rounds),
          unit: "×",
          rounds,
          ...(atLeast === undefined ? {} : { atLeast }),
        }];
      };
      return [
        ...rows,
        ...compare("aero data add, to memory", "openssl dgst -sha256", 0.9),
        ...compare("aero data add, 4 files, to memory", "openssl dgst -sha256, 4 at once"),
        ...compare("aero data add, 4 files, to memory", "aero data add, to memory"),
        ...compare("aero data add, to disk", "cp && sync"),
        ...compare("aero data add, 4 files, to disk", "cp && sync"),
        { what: "peak memory of all adds", value: peakBytes / 1e6, unit: "MB", atMost: 200 },
      ];
    } finally {
      if (inMemory !== undefined) await Deno.remove(inMemory, { recursive: true });
    }
  },
};

async function writeRandom(path: string, bytes: number): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true });
  const block = new Uint8Array(MEBIBYTE);
  for (let written = 0; written < bytes; written += block.length) {
    for (let at = 0; at < block.length; at += 65_536) crypto.getRandomValues(block.subarray(at, at + 65_536));
    file.writeSync(block);
  }
}

/** The same bytes as four files, `parts/0` to `parts/3`. */
async function splitInFour(file: string, directory: string): Promise<string[]> {
  await Deno.mkdir(`${directory}/parts`);
  await run(["split", "-n", "4", "-a", "1", "--numeric-suffixes", file, `${directory}/parts/`]);
  // What lies dirty in memory would be written in the middle of a measurement.
  await run(["sync", "--file-system", directory]);
  return [0, 1, 2, 3].map((part) => `${directory}/parts/${part}`);
}

/** A directory in memory with room for what is added, so that the disk does not count; `undefined` without one. */
async function memoryDirectory(context: BenchContext): Promise<string | undefined> {
  try {
    const { stdout } = await run(["df", "--output=avail", "--block-size=1", "/dev/shm"]);
    const wanted = (context.quick ? 0.2 : 6) * 1e9;
    if (Number(stdout.trim().split("\n").at(-1)) >= wanted) {
      return await Deno.makeTempDir({ dir: "/dev/shm", prefix: "aero-bench-" });
    }
  } catch {
    // Told below.
  }
  context.note("left out: storage in memory, for which /dev/shm has no room");
  return undefined;
}

/** A project whose storage is empty; removed when it is disposed of. */
async function freshProject(context: BenchContext, storage: string) {
  const home = `${context.directory}/home`;
  const directory = `${context.directory}/project`;
  await createRepository(directory, {
    "aero.yaml": `project: large\nstorage: { use: local, path: "${storage}/objects" }\n${
      environmentYaml(undefined)
    }stages:\n  nothing: { command: "true" }\n`,
  });
  return {
    home,
    directory,
    async [Symbol.asyncDispose]() {
      for (const path of [home, directory, `${storage}/objects`]) {
        await Deno.remove(path, { recursive: true });
      }
      await run(["sync", "--file-system", context.directory]);
    },
  };
}
