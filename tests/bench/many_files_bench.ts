import type { Bench, BenchContext, Row } from "./bench.ts";
import { run, time } from "./process.ts";
import { createRepository, environmentYaml } from "./project.ts";
import { interleave, median, ratios } from "./rounds.ts";

const FILE_BYTES = 4096;
const FILES_A_FOLDER = 1000;

/** A data set of small files, as image collections are. */
export const manyFilesBench: Bench = {
  name: "many-files",
  question: "What does adding many small files cost, and adding them again after one has changed?",
  async run(context) {
    const { aero, quick, signal } = context;
    const count = quick ? 2000 : 100_000;
    const size = `${count} files of 4 KiB`;
    const data = `${context.directory}/data`;
    writeFiles(data, count);
    await run(["sync", "--file-system", context.directory]);
    const again: number[] = [];
    const untouched: number[] = [];
    const home = `${context.directory}/home`;
    const project = `${context.directory}/project`;
    const add = async () => {
      await createRepository(project, {
        "aero.yaml": `project: many\nstorage: { use: local }\n${
          environmentYaml(undefined)
        }stages:\n  nothing: { command: "true" }\n`,
      });
      const addNow = () =>
        aero.withHome(home).time(["data", "add", data, "--name", "many"], { cwd: project, signal });
      const first = await addNow();
      // A stamp is believed once the file has been left alone for two seconds.
      await new Promise((resolve) => setTimeout(resolve, 2500));
      await addNow();
      untouched.push(await addNow());
      await Deno.writeTextFile(`${data}/0/0.bin`, `touched ${again.length}`);
      again.push(await addNow());
      await removeAll(context, home, project);
      return first;
    };
    const dvc = await context.peers.program("dvc");
    const measured = await interleave(quick ? 1 : 3, {
      "aero data add": add,
      "find | xargs -P4 openssl dgst": () =>
        time(
          ["sh", "-c", "find data -type f -print0 | xargs -0 -n 500 -P4 openssl dgst -sha256 > /dev/null"],
          {
            cwd: context.directory,
            signal,
          },
        ),
    }, { warmUp: false });
    // The peers take minutes, so they are measured once.
    const dvcSeconds = dvc === undefined ? undefined : await dvcAdd(dvc, context, data);
    const theirs: Record<string, number> = {
      ...(dvcSeconds !== undefined && {
        "dvc add": dvcSeconds.first,
        "dvc add again, one touched": dvcSeconds.again,
      }),
      "git add": await gitAdd(context, data),
    };
    const first = measured["aero data add"];
    const rows: Row[] = [
      ...Object.entries(measured).map(([what, rounds]): Row => ({
        what: `${what}, ${size}`,
        value: median(rounds),
        unit: "s",
        rounds,
      })),
      {
        what: `aero data add again, one of ${count} touched`,
        value: median(again),
        unit: "s",
        rounds: again,
      },
      {
        what: `aero data add again, nothing touched`,
        value: median(untouched),
        unit: "s",
        rounds: untouched,
      },
      ...Object.entries(theirs).map(([what, value]): Row => ({ what: `${what}, ${size}`, value, unit: "s" })),
    ];
    if (dvcSeconds !== undefined) {
      rows.push({
        what: "aero data add / dvc add",
        value: median(first) / dvcSeconds.first,
        unit: "×",
        atMost: 1 / 3,
      }, {
        what: "aero data add again / dvc add again, one touched",
        value: median(again) / dvcSeconds.again,
        unit: "×",
      });
    }
    rows.push({ what: "aero data add / git add", value: median(first) / theirs["git add"]!, unit: "×" });
    const rounds = ratios(again, first);
    rows.push({
      what: "adding again, one touched / first time",
      value: median(rounds),
      unit: "×",
      rounds,
      atMost: 0.05,
    });
    return rows;
  },
};

/** Files with different bytes that do not compress, the same ones each time. */
function writeFiles(directory: string, count: number): void {
  // xorshift32: quick, and the bytes do not matter as long as no two files are equal.
  let state = 2463534242;
  const words = new Uint32Array(FILE_BYTES / 4);
  const bytes = new Uint8Array(words.buffer);
  for (let i = 0; i < count; i++) {
    const folder = `${directory}/${Math.floor(i / FILES_A_FOLDER)}`;
    if (i % FILES_A_FOLDER === 0) Deno.mkdirSync(folder, { recursive: true });
    for (let at = 0; at < words.length; at++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      words[at] = state;
    }
    Deno.writeFileSync(`${folder}/${i % FILES_A_FOLDER}.bin`, bytes);
  }
}

/** On a copy of its own, since `dvc add` moves the files. */
async function dvcAdd(
  dvc: string,
  context: BenchContext,
  data: string,
): Promise<{ readonly first: number; readonly again: number }> {
  const directory = `${context.directory}/dvc`;
  await createRepository(directory, { "README.md": "dvc\n" });
  await run([dvc, "init", "--quiet"], { cwd: directory });
  await run([dvc, "config", "core.analytics", "false"], { cwd: directory });
  await run(["cp", "--recursive", data, `${directory}/data`]);
  await run(["sync", "--file-system", directory]);
  const env = { DVC_SITE_CACHE_DIR: `${directory}/site`, XDG_CACHE_HOME: `${directory}/cache` };
  const add = () => time([dvc, "add", "--quiet", "data"], { cwd: directory, env, signal: context.signal });
  const first = await add();
  await Deno.remove(`${directory}/data/0/0.bin`);
  await Deno.writeTextFile(`${directory}/data/0/0.bin`, "touched");
  const again = await add();
  await removeAll(context, directory);
  return { first, again };
}

async function gitAdd(context: BenchContext, data: string): Promise<number> {
  const directory = `${context.directory}/git`;
  await createRepository(directory, { "README.md": "git\n" });
  const command = ["git", `--git-dir=${directory}/.git`, `--work-tree=${data}`, "add", "--all"];
  const seconds = await time(command, { cwd: data, signal: context.signal });
  await removeAll(context, directory);
  return seconds;
}

async function removeAll(context: BenchContext, ...paths: string[]): Promise<void> {
  await run(["chmod", "--recursive", "u+w", ...paths]);
  for (const path of paths) await Deno.remove(path, { recursive: true });
  await run(["sync", "--file-system", context.directory]);
}
