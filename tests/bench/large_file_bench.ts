import { ingestLargeFile } from "../../core/store/large_file.ts";
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
    const storage = `${context.directory}/storage`;
    const add = async (path: string) => {
      await using project = await freshProject(context, storage);
      await settle(context);
      const { seconds, peakBytes: peak } = await aero.withHome(project.home).runWatched(
        ["data", "add", path, "--name", "large"],
        { cwd: project.directory, signal },
      );
      peakBytes = Math.max(peakBytes, peak);
      return gigabytes / seconds;
    };
    const copy = async (...command: string[]) => {
      await settle(context);
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
    const contenders: Record<string, () => Promise<number>> = {
      "openssl dgst -sha256": openssl([file]),
      "openssl dgst -sha256, 4 at once": openssl(parts),
      "cp": () => copy("cp large.bin copy.bin"),
      "cp && sync": () => copy("cp large.bin copy.bin", "sync copy.bin"),
      "aero's reading and hashing alone, one thread": () => Promise.resolve(gigabytes / hashSeconds(file)),
      "aero data add": () => add(file),
      "aero data add, 4 files": () => add(`${context.directory}/parts`),
    };
    const measured = await interleave(quick ? 1 : 3, contenders, { warmUp: false });
    // Nothing can be stored faster than the disk takes it, nor named faster than it is hashed.
    const slower = (hash: string) =>
      measured[hash]!.map((rate, i) => Math.min(rate, measured["cp && sync"]![i]!));
    const compare = (what: string, base: readonly number[], by: string, atLeast?: number): Row => {
      const rounds = ratios(measured[what]!, base);
      const bound = atLeast === undefined ? {} : { atLeast };
      return { what: `${what} / ${by}`, value: median(rounds), unit: "×", rounds, ...bound };
    };
    const one = "openssl dgst -sha256", four = "openssl dgst -sha256, 4 at once";
    return [
      ...Object.entries(measured).map(([what, rounds]): Row => ({
        what: `${what}, ${size} of random bytes`,
        value: median(rounds),
        unit: "GB/s",
        rounds,
      })),
      compare("aero's reading and hashing alone, one thread", measured[one]!, "openssl", 0.9),
      compare("aero data add", measured[one]!, "openssl"),
      compare("aero data add", slower(one), "the slower of openssl and cp && sync", 0.9),
      compare("aero data add, 4 files", slower(four), "the slower of 4 openssl and cp && sync", 0.9),
      compare("aero data add, 4 files", measured["aero data add"]!, "one file"),
      compare("cp && sync", measured["cp"]!, "cp"),
      { what: "peak memory of all adds", value: peakBytes / 1e6, unit: "MB", atMost: 200 },
    ];
  },
};

/** Writes out what others have left dirty, so that nobody pays for the one before. */
async function settle({ directory }: BenchContext): Promise<void> {
  await run(["sync", "--file-system", directory]);
}

/** Seconds that the code which reads and hashes a large file takes when nothing is copied. */
function hashSeconds(path: string): number {
  const start = performance.now();
  ingestLargeFile(path, { kind: "none" }, () => {});
  return (performance.now() - start) / 1000;
}

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

/** A project whose storage is empty; removed when it is disposed of. */
async function freshProject(context: BenchContext, storage: string) {
  const home = `${context.directory}/home`;
  const directory = `${context.directory}/project`;
  await createRepository(directory, {
    "aero.yaml": `project: large\nstorage: { use: local, path: "${storage}" }\n${
      environmentYaml(undefined)
    }stages:\n  nothing: { command: "true" }\n`,
  });
  return {
    home,
    directory,
    async [Symbol.asyncDispose]() {
      for (const path of [home, directory, storage]) {
        await Deno.remove(path, { recursive: true });
      }
      await run(["sync", "--file-system", context.directory]);
    },
  };
}
