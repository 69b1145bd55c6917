import type { Bench, BenchContext, Row } from "./bench.ts";
import { run } from "./process.ts";
import { commitAll, containerImage, createRepository, environmentYaml, lockImage } from "./project.ts";
import { interleave, median, ratios } from "./rounds.ts";

const STAGES = {
  clean: { after: "raw", makes: "cleaned" },
  train: { after: "cleaned", makes: "model" },
  evaluate: { after: "model", makes: "report" },
} as const;

/** A pipeline that has been run and is run again. */
export const unchangedRunBench: Bench = {
  name: "unchanged-run",
  question: "How long does it take to find out that nothing is to be done?",
  async run(context) {
    const { aero, quick, signal } = context;
    const files = quick ? 300 : 10_000;
    const ours = `${context.directory}/aero`;
    await prepareAero(context, ours, files);
    const contenders: Record<string, () => Promise<number>> = {
      "aero run": () => aero.time(["run"], { cwd: ours, signal }),
      "git status": async () => (await run(["git", "status", "--porcelain"], { cwd: ours, signal })).seconds,
    };
    const dvc = await context.peers.program("dvc");
    if (dvc !== undefined) {
      const theirs = `${context.directory}/dvc`;
      await prepareDvc(dvc, theirs, files);
      contenders["dvc repro"] = async () => (await run([dvc, "repro"], { cwd: theirs, signal })).seconds;
    }
    const measured = await interleave(quick ? 2 : 9, contenders);
    const size = `3 stages, ${files} files in git`;
    const rows = Object.entries(measured).map(([what, seconds]): Row => ({
      what: `${what}, unchanged, ${size}`,
      value: median(seconds) * 1000,
      unit: "ms",
      rounds: seconds.map((value) => value * 1000),
      command: what,
    }));
    const base = measured["dvc repro"];
    if (base === undefined) return rows;
    const rounds = ratios(measured["aero run"]!, base);
    return [...rows, {
      what: "aero run / dvc repro",
      value: median(rounds),
      unit: "×",
      rounds,
      atMost: 0.25,
    }];
  },
};

/** Files of code that no stage reads; `dvc` is not asked to look at them, aero looks at the whole commit. */
function codeFiles(count: number): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => [`src/package${i % 100}/module${i}.py`, `VALUE = ${i}\n`]),
  );
}

async function prepareAero(context: BenchContext, directory: string, files: number): Promise<void> {
  const found = await containerImage();
  if ("why" in found) context.note(`on the host, not in containers: ${found.why}`);
  const image = "image" in found ? found.image : undefined;
  const stages = Object.entries(STAGES).map(([stage, { after, makes }]) =>
    `  ${stage}:
    command: ["sh", "-c", "cat \${inputs.data}/* > \${outputs.${makes}}/${makes}.txt"]
    inputs: { data: ${after} }
    outputs: [${makes}]
`
  );
  await createRepository(directory, {
    "aero.yaml": `project: unchanged\nstorage: { use: local }\n${environmentYaml(image)}stages:\n${
      stages.join("")
    }`,
    ...codeFiles(files),
  });
  if (image !== undefined) await lockImage(context, directory);
  await Deno.writeTextFile(`${context.directory}/raw.txt`, "1\n2\n3\n");
  await context.aero.run(["data", "add", `${context.directory}/raw.txt`, "--name", "raw"], {
    cwd: directory,
  });
  await context.aero.run(["run"], { cwd: directory });
}

async function prepareDvc(dvc: string, directory: string, files: number): Promise<void> {
  const stages = Object.entries(STAGES).map(([stage, { after, makes }]) =>
    `  ${stage}:
    cmd: cat ${after}.txt > ${makes}.txt
    deps: [${after}.txt, src/package0/module0.py]
    outs: [${makes}.txt]
`
  );
  await createRepository(directory, {
    "dvc.yaml": `stages:\n${stages.join("")}`,
    "raw.txt": "1\n2\n3\n",
    ...codeFiles(files),
  });
  await run([dvc, "init", "--quiet"], { cwd: directory });
  await run([dvc, "config", "core.analytics", "false"], { cwd: directory });
  await run([dvc, "repro"], { cwd: directory });
  await commitAll(directory);
}
