import type { JsonObject } from "../../core/model/json.ts";
import { mlflowTracker } from "../../plugins/trackers/mlflow/mod.ts";
import { mlflowContext } from "../support/mlflow_subject.ts";
import type { Bench, BenchContext, Row } from "./bench.ts";
import { run } from "./process.ts";
import { interleave, median, ratios } from "./rounds.ts";
import { sendPoints } from "./send_points.ts";

/** A tracker's own client, one value a call. */
const PROGRAM = `
import sys, time, mlflow
mlflow.set_tracking_uri(sys.argv[1])
mlflow.set_experiment("bench-own-client")
with mlflow.start_run():
    start = time.monotonic()
    for step in range(int(sys.argv[2])):
        mlflow.log_metric("loss", 1 / (step + 1), step=step)
    print("seconds", time.monotonic() - start)
`;

/** Many values for a tracker. */
export const trackerBench: Bench = {
  name: "trackers",
  question: "How many metric values a second reach MLflow, beside its own client with one value a call?",
  async run(context) {
    const rows: Row[] = [];
    for (const major of [2, 3]) {
      const uri = Deno.env.get(`AERO_TEST_MLFLOW${major}_URI`);
      const python = Deno.env.get(`AERO_TEST_MLFLOW${major}_PYTHON`);
      if (uri === undefined || python === undefined) {
        context.note(`left out: MLflow ${major}, which is not up: \`deno task services up mlflow\``);
      } else rows.push(...await measure(context, `MLflow ${major}`, uri, python));
    }
    return rows;
  },
};

async function measure(
  { quick, signal }: BenchContext,
  name: string,
  uri: string,
  python: string,
): Promise<Row[]> {
  const config: JsonObject = { uri, experiment: "bench-aero" };
  const memory: number[] = [];
  const ours = quick ? 20_000 : 1_000_000;
  const theirs = quick ? 100 : 2000;
  const rates = await interleave(1, {
    aero: async () => {
      await using tracker = await mlflowTracker.open(config, mlflowContext());
      const { perSecond, grownMb } = await sendPoints(tracker, ours);
      memory.push(grownMb);
      return perSecond;
    },
    own: async () => {
      const env = { GIT_PYTHON_REFRESH: "quiet" };
      const { stdout } = await run([python, "-c", PROGRAM, uri, String(theirs)], { env, signal });
      return theirs / Number(/^seconds (\S+)$/m.exec(stdout)?.[1]);
    },
  }, { warmUp: false });
  const times = ratios(rates.aero, rates.own);
  return [
    {
      what: `${name}: ${ours} values of one run, by aero`,
      value: median(rates.aero),
      unit: "points/s",
      rounds: rates.aero,
    },
    {
      what: `${name}: its own client, one value a call (${theirs})`,
      value: median(rates.own),
      unit: "points/s",
      rounds: rates.own,
    },
    { what: `${name}: aero / its own client`, value: median(times), unit: "×", rounds: times, atLeast: 10 },
    {
      what: `${name}: memory that aero grew by`,
      value: Math.max(...memory),
      unit: "MB",
      rounds: memory,
      atMost: 100,
    },
  ];
}
