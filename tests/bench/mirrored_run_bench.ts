import { EXIT } from "../../core/errors.ts";
import { openTestMongo } from "../support/sacred_subject.ts";
import type { Bench, BenchContext, Row } from "./bench.ts";
import { createRepository } from "./project.ts";
import { interleave, median, ratios } from "./rounds.ts";

/** Reports one value a line as fast as Python can, and says how long that took. */
const PROGRAM = `
import os, sys, time
count = int(sys.argv[1])
start = time.monotonic()
with open(os.environ["AERO_METRICS"], "a") as file:
    for step in range(count):
        file.write('{"step":%d,"loss":%.6f}\\n' % (step, 1 / (step + 1)))
print("seconds", time.monotonic() - start)
`;

/** Runs of far too many values, while trackers take them, or do not. */
export const mirroredRunBench: Bench = {
  name: "mirrored",
  question: "Does a tracker slow a program that reports very many values, and how much memory do they take?",
  async run(context) {
    const { directory, quick, signal } = context;
    const values = quick ? 20_000 : 1_000_000;
    using hanging = new SilentServer();
    await using mongo = await mongoOrNone(context);
    const sections: Readonly<Record<string, string | undefined>> = {
      none: "",
      mlflow: mlflowSection(context),
      mongo: mongo === undefined ? undefined : "trackers: [{ use: sacred, uri_variable: BENCH_MONGO }]\n",
      hanging: `trackers: [{ use: mlflow, uri: "http://127.0.0.1:${hanging.port}" }]\n`,
    };
    const own: Record<string, number[]> = {};
    const peaks: Record<string, number[]> = {};
    const contenders: Record<string, () => Promise<number>> = {};
    for (const [name, section] of Object.entries(sections)) {
      if (section === undefined) continue;
      const cwd = `${directory}/${name}`;
      await createRepository(cwd, {
        "report.py": PROGRAM,
        "aero.yaml": "project: mirrored\nstorage: { use: local }\nenvironment: { use: host }\n" + section +
          `stages:\n  report: { command: [python3, report.py, "${values}"] }\n`,
      });
      const env = { BENCH_MONGO: mongo?.address ?? "" };
      const aero = context.aero.withHome(`${directory}/home-${name}`);
      contenders[name] = async () => {
        // A tracker that is slow is left behind: that is told by the exit code.
        const options = { cwd, env, signal, alsoGood: EXIT.lagging };
        const { peakBytes, seconds } = await aero.runWatched(["run", "--force"], options);
        const { stdout } = await aero.run(["logs", "@last"], { cwd, env, signal });
        (own[name] ??= []).push(Number(/^seconds (\S+)$/m.exec(stdout)?.[1]));
        (peaks[name] ??= []).push(peakBytes / 1e6);
        return seconds;
      };
    }
    await interleave(quick ? 1 : 5, contenders);
    return Object.keys(contenders).flatMap((name) => rowsOf(name, values, own, peaks));
  },
};

const TITLES: Readonly<Record<string, string>> = {
  none: "no tracker",
  mlflow: "MLflow live",
  mongo: "MongoDB live",
  hanging: "a tracker that never answers",
};

function rowsOf(
  name: string,
  values: number,
  own: Readonly<Record<string, readonly number[]>>,
  peaks: Readonly<Record<string, readonly number[]>>,
): Row[] {
  const title = TITLES[name]!;
  // The first of each was the warm-up.
  const [seconds, alone, memory] = [own[name]!, own.none!, peaks[name]!].map((rounds) => rounds.slice(1)) as [
    number[],
    number[],
    number[],
  ];
  const slower = ratios(seconds, alone);
  return [
    {
      what: `program that reports ${values} values, ${title}`,
      value: median(seconds),
      unit: "s",
      rounds: seconds,
    },
    ...name === "none" ? [] : [
      {
        what: `its own time, ${title} / no tracker`,
        value: median(slower),
        unit: "×",
        rounds: slower,
        atMost: 1.1,
      } as const,
    ],
    {
      what: `memory of aero and the program, ${title}`,
      value: Math.max(...memory),
      unit: "MB",
      rounds: memory,
      atMost: 400,
    },
  ];
}

function mlflowSection({ note }: BenchContext): string | undefined {
  const uri = Deno.env.get("AERO_TEST_MLFLOW2_URI");
  if (uri === undefined) {
    note("left out: MLflow, which is not up: `deno task services up mlflow`");
    return undefined;
  }
  return `trackers: [{ use: mlflow, uri: "${uri}", experiment: bench-mirrored }]\n`;
}

async function mongoOrNone({ note }: BenchContext) {
  if (Deno.env.get("AERO_TEST_MONGO_URI") === undefined) {
    note("left out: MongoDB, which is not up: `deno task services up mongo`");
    return undefined;
  }
  const mongo = await openTestMongo();
  const address = new URL(mongo.uri);
  address.pathname = `/${mongo.database}`;
  return { address: address.href, [Symbol.asyncDispose]: () => mongo[Symbol.asyncDispose]() };
}

/** Takes connections and says nothing. */
class SilentServer implements Disposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #held: Deno.Conn[] = [];

  constructor() {
    this.#hold();
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  async #hold(): Promise<void> {
    for await (const connection of this.#listener) this.#held.push(connection);
  }

  [Symbol.dispose](): void {
    this.#listener.close();
    for (const connection of this.#held) connection.close();
  }
}
