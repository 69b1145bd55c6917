// Trackers that are killed and started again at random while runs go on and are sent to them.
import assert from "node:assert/strict";
import { MongoClient } from "mongodb";
import { EXIT } from "../../core/errors.ts";
import type { RunId } from "../../core/model/run_id.ts";
import type { ShownRun } from "../../core/plugin/conformance/tracker.ts";
import { WANDB_KEY, WandbServer } from "../support/wandb_server/server.ts";
import { showRun as showWandbRun } from "../support/wandb_server/subject.ts";
import { mlflowVariable, showMlflowRun } from "../support/mlflow_subject.ts";
import { MortalServer } from "../support/mortal_server.ts";
import { subjectOrSkip } from "../support/must_run.ts";
import { TestProject } from "../support/open_project.ts";
import { showSacredRun } from "../support/sacred_subject.ts";
import { seededRandom } from "../support/seeded_random.ts";

/** `AERO_OUTAGE_RUNS`: how many runs each tracker sees. */
const RUNS = Number(Deno.env.get("AERO_OUTAGE_RUNS") || 4);
const SEED = Number(Deno.env.get("AERO_TEST_SEED") || Date.now() % 2 ** 31);
const STEPS = 40;

/** A tracker that can be taken away. */
interface Place extends AsyncDisposable {
  readonly section: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  down(): Promise<void>;
  up(): Promise<void>;
  show(run: RunId): Promise<ShownRun>;
}

const PLACES: Readonly<Record<string, { readonly subject: string; open(): Promise<Place> }>> = {
  "MLflow 2": { subject: "mlflow2", open: () => mlflowPlace(mlflowVariable("AERO_TEST_MLFLOW2_PYTHON")) },
  "MLflow 3": { subject: "mlflow3", open: () => mlflowPlace(mlflowVariable("AERO_TEST_MLFLOW3_PYTHON")) },
  "Sacred's MongoDB": { subject: "mongo", open: sacredPlace },
  "W&B": { subject: "wandb-server", open: wandbPlace },
};

async function mlflowPlace(python: string): Promise<Place> {
  const directory = await Deno.makeTempDir({ prefix: "aero-mlflow-" });
  const server = new MortalServer({
    command: (port) => [
      python.replace(/python$/, "mlflow"),
      "server",
      ...["--host", "127.0.0.1", "--port", String(port), "--workers", "1"],
      ...["--backend-store-uri", `sqlite:///${directory}/runs.db`],
      ...["--serve-artifacts", "--artifacts-destination", `${directory}/artifacts`],
    ],
    env: {
      MLFLOW_SERVER_ENABLE_JOB_EXECUTION: "false",
      MLFLOW_DISABLE_TELEMETRY: "true",
      GIT_PYTHON_REFRESH: "quiet",
    },
    answers: async (port) => {
      const response = await fetch(`http://127.0.0.1:${port}/health`);
      await response.body?.cancel();
      return response.ok;
    },
  });
  await server.start();
  const uri = `http://127.0.0.1:${server.port}`;
  return {
    section: { use: "mlflow", uri },
    env: {},
    down: () => server.kill(),
    up: () => server.start(),
    show: (run) => showMlflowRun({ uri }, run),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

async function sacredPlace(): Promise<Place> {
  const program = Deno.env.get("AERO_TEST_FERRETDB");
  if (program === undefined) {
    throw new TypeError("AERO_TEST_FERRETDB is not set; `deno task services up mongo` tells it");
  }
  const directory = await Deno.makeTempDir({ prefix: "aero-mongo-" });
  const server = new MortalServer({
    command: (port) => [
      program,
      "--handler=sqlite",
      `--sqlite-url=file:${directory}/`,
      `--state-dir=${directory}`,
      `--listen-addr=127.0.0.1:${port}`,
      "--debug-addr=-",
      "--telemetry=disable",
    ],
    answers: async (port) => {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return true;
    },
  });
  await server.start();
  const uri = `mongodb://127.0.0.1:${server.port}/sacred`;
  return {
    section: { use: "sacred" },
    env: { MONGO_URI: uri },
    down: () => server.kill(),
    up: () => server.start(),
    async show(run) {
      const client = new MongoClient(uri);
      try {
        return await showSacredRun({ client, database: "sacred" }, run);
      } finally {
        await client.close();
      }
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

/** Has no process to kill: it is away, and answers that it had on their way are lost. */
function wandbPlace(): Promise<Place> {
  const server = new WandbServer();
  let lost = false;
  server.lose = () => lost;
  return Promise.resolve({
    section: { use: "wandb", base_url: server.address, project: "conformance" },
    env: { WANDB_API_KEY: WANDB_KEY },
    async down() {
      lost = true;
      await new Promise((resolve) => setTimeout(resolve, 50));
      server.down = true;
    },
    up() {
      lost = server.down = false;
      return Promise.resolve();
    },
    show: (run) => Promise.resolve(showWandbRun(server, run)),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  });
}

const PROGRAM = `i=0
while [ $i -lt ${STEPS} ]; do
  echo "{\\"step\\":$i,\\"loss\\":$i.5}" >> $AERO_METRICS
  echo "line $i of the program"
  i=$((i + 1)); sleep 0.02
done
echo made > $AERO_OUTPUTS/model/m`;

for (const [name, { subject, open }] of Object.entries(PLACES)) {
  Deno.test({
    name:
      `${name}: killed and started again at random, it has every run, value, tag and file once in the end`,
    // The driver of MongoDB and fetch keep what they began at a server that was killed.
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      const opened = await subjectOrSkip(subject, open);
      if ("skipped" in opened) return;
      await using place = opened.subject;
      await using project = new TestProject({ env: place.env });
      project.commit({
        trackers: [place.section],
        stages: { train: { command: ["sh", "-c", PROGRAM], outputs: ["model"] } },
      });
      // deno-lint-ignore no-console -- what it takes to see a failure again
      console.log(`AERO_TEST_SEED=${SEED}`);
      const random = seededRandom(SEED);
      const outages = { count: 0, over: false };
      const breaking = breakUntilOver(place, random, outages);
      const runs: RunId[] = [];
      const late: RunId[] = [];
      try {
        for (let i = 0; i < RUNS || outages.count === 0; i++) {
          const { code, out, err } = await project.aero(["--json", "run", "--force", "--tag", `nr-${i}`]);
          assert.ok(code === EXIT.ok || code === EXIT.lagging, `${code}: ${err()}`);
          const { run } = JSON.parse(out().trim());
          runs.push(run);
          if (code === EXIT.lagging) late.push(run);
        }
      } finally {
        outages.over = true;
        await breaking;
      }

      const synced = await project.aero(["sync"]);

      assert.equal(synced.code, EXIT.ok, synced.err());
      assert.ok(outages.count > 0);
      for (const [i, run] of runs.entries()) {
        const shown = await place.show(run);
        assert.equal(shown.state, "succeeded", run);
        const losses = shown.points.loss!.map(({ value }) => value);
        assert.deepEqual(losses, Array.from({ length: STEPS }, (_, step) => step + 0.5), run);
        assert.equal(shown.tags.filter((tag) => tag === `nr-${i}`).length, 1, run);
        assert.equal(shown.outputs.filter((output) => output.includes("model")).length, 1, run);
        // A tracker may write the time before each line.
        const lines = shown.text.match(/line \d+ of the program\n/g);
        assert.deepEqual(lines, Array.from({ length: STEPS }, (_, i) => `line ${i} of the program\n`), run);
      }
      // deno-lint-ignore no-console -- whether the outages mattered is part of the account
      console.log(`${runs.length} runs, ${outages.count} outages, ${late.length} runs ended with exit 3`);
    },
  });
}

/** Takes a tracker away and brings it back at random moments; it is there in the end. */
async function breakUntilOver(
  place: Place,
  random: () => number,
  outages: { count: number; readonly over: boolean },
): Promise<void> {
  while (!outages.over) {
    await new Promise((resolve) => setTimeout(resolve, 200 + random() * 2000));
    await place.down();
    outages.count++;
    await new Promise((resolve) => setTimeout(resolve, random() * 1500));
    await place.up();
  }
}
