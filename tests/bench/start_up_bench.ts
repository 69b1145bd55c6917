import { StateDirectory } from "../../core/pipeline/run_directory.ts";
import { openRunIndex } from "../../core/history/run_index.ts";
import { runIdFromBytes } from "../../core/model/run_id.ts";
import { sampleSummary } from "../support/sample_run.ts";
import type { Bench, Row } from "./bench.ts";
import { createRepository, environmentYaml } from "./project.ts";
import { time } from "./process.ts";
import { interleave, median, ratios } from "./rounds.ts";

const PROJECT = `project: bikes
storage: { use: local }
${environmentYaml(undefined)}stages:
  train: { command: "true" }
`;

/** How long a person waits before anything happens. */
export const startUpBench: Bench = {
  name: "start-up",
  question: "How much longer than an empty program does aero take to say something?",
  async run(context) {
    const { aero, peers, quick, signal, note } = context;
    const runs = quick ? 50 : 1000;
    const project = `${context.directory}/bikes`;
    await createRepository(project, { "aero.yaml": PROJECT });
    fillIndex(project, runs);
    const empty = await aero.packEmptyProgram(context.directory);
    if ("why" in empty) {
      note(`left out: the bounds, since no empty program can be packed like aero: ${empty.why}`);
    }
    const contenders: Record<string, () => Promise<number>> = {
      ...("path" in empty && { "an empty program": () => time([empty.path], { env: aero.env, signal }) }),
      "aero --version": () => aero.time(["--version"], { signal }),
      "aero --help": () => aero.time(["--help"], { signal }),
      [`aero list, ${runs} runs`]: () => aero.time(["list"], { cwd: project, signal }),
      "git --version": () => time(["git", "--version"], { signal }),
    };
    for (const peer of ["dvc", "mlflow"] as const) {
      const program = await peers.program(peer);
      if (program !== undefined) {
        contenders[`${peer} --version`] = () => time([program, "--version"], { signal });
      }
    }
    const measured = await interleave(quick ? 2 : 15, contenders);
    const bounds: Record<string, number> = {
      "aero --version": 1.3,
      "aero --help": 1.3,
      [`aero list, ${runs} runs`]: 2.5,
    };
    return Object.entries(measured).flatMap(([what, seconds]): Row[] => {
      const base = measured["an empty program"];
      const atMost = bounds[what];
      const rows: Row[] = [{
        what,
        value: median(seconds) * 1000,
        unit: "ms",
        rounds: seconds.map((value) => value * 1000),
      }];
      if (base === undefined || atMost === undefined) return rows;
      const rounds = ratios(seconds, base);
      return [...rows, {
        what: `${what} / an empty program`,
        value: median(rounds),
        unit: "×",
        rounds,
        atMost,
      }];
    });
  },
};

/** Puts summaries of runs into the project's index, as if they had been run here. */
function fillIndex(project: string, count: number): void {
  const state = new StateDirectory(`${project}/.aero`);
  state.prepare();
  using index = openRunIndex(state.indexPath);
  const begin = Date.UTC(2025, 0, 6, 9);
  index.upsertMany(Array.from({ length: count }, (_, i) => {
    const startedAt = begin + i * 97_000;
    const id = new Uint8Array(8);
    new DataView(id.buffer).setBigUint64(0, 0x9e3779b97f4a7c15n * BigInt(i + 1) & 0xffffffffffffffffn);
    return sampleSummary({
      run: runIdFromBytes(id),
      project: "bikes",
      stage: ["clean", "train", "evaluate"][i % 3]!,
      startedAt,
      endedAt: startedAt + 61_000 + i,
      params: { seed: i % 10, depth: 3 + i % 7, features: "lag_one_week", rate: 1 / (i + 1) },
      metrics: { rmse: 40 + i % 13, mae: 30 + i % 11, loss: 1 / (i + 2), r2: 0.9 },
    });
  }));
  index.markFilled();
}
