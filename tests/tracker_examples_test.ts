// The examples of commands about trackers, typed with real services: MLflow, MongoDB, and a W&B server of the tests' own.
import assert from "node:assert/strict";
import { COMMANDS } from "../core/commands/mod.ts";
import { splitCommand } from "../core/pipeline/command_words.ts";
import { main } from "../main.ts";
import { ExampleCopy, exampleProject } from "./support/example_project.ts";
import { memoryIo } from "./support/memory_io.ts";
import { askMlflow, type MlflowService, mlflowVariable } from "./support/mlflow_subject.ts";
import { subjectOrSkip } from "./support/must_run.ts";
import { openTestMongo } from "./support/sacred_subject.ts";
import { WANDB_KEY, WandbServer } from "./support/wandb_server/server.ts";

const lines = (await Promise.all(COMMANDS.map((entry) => entry.load())))
  .flatMap((command) => command.examples.map((example) => example.run))
  .filter((line) => /^aero (tracker\b|list --from\b)/.test(line));

/** What an example prints; the first that fits counts. */
const SAYS: readonly (readonly [line: RegExp, out: RegExp])[] = [
  [/--group/, /^1 run imported, 0 known already, 0 left out$/m],
  [/import/, /^2 runs imported, 0 known already, /m],
  [/export/, /^Sent 1 run to /],
  [/--from 'mlflow:\*'/, /^mlflow:[0-9a-f]{32} +\S/m],
  [/--from/, /^mlflow:[0-9a-f]{32} +by hand 1 /m],
  [/list/, /^mlflow +mlflow .* yes$/m],
  [/check/, /^(?:fit|can) /m],
];

const mlflow = await subjectOrSkip(
  "mlflow2",
  () => Promise.resolve().then(() => ({ uri: mlflowVariable("AERO_TEST_MLFLOW2_URI") })),
);
/** Experiments to remove in the end. */
const made: { readonly service: MlflowService; readonly id: string }[] = [];
const names = { own: `examples-${crypto.randomUUID()}`, old: `old-models-${crypto.randomUUID()}` };
const runs = "subject" in mlflow ? await makeRuns(mlflow.subject, names.own, 2) : [];
if ("subject" in mlflow) await makeRuns(mlflow.subject, names.old, 1);
const mongo = await subjectOrSkip("mongo", openTestMongo);
const wandb = new WandbServer();
const host = await exampleProject("host");

Deno.test.afterAll(async () => {
  for (const { service, id } of made) {
    await askMlflow(service, "/api/2.0/mlflow/experiments/delete", { "experiment_id": id });
  }
  if ("subject" in mlflow) await removeChecked(mlflow.subject, `${names.own} contract check`);
  await host[Symbol.asyncDispose]();
  await wandb[Symbol.asyncDispose]();
  if ("subject" in mongo) await mongo.subject[Symbol.asyncDispose]();
});

for (const line of lines) {
  const lacks = "skipped" in mlflow || (line.includes("sacred") && "skipped" in mongo);
  Deno.test({ name: `example with trackers: ${line}`, ignore: lacks, fn: () => type(line) });
}

async function type(line: string): Promise<void> {
  using copy = await ExampleCopy.of(host);
  // The beginning of an id is enough; twelve digits of it are nobody else's.
  const filled = line.replace("0af3c7", runs[0]!.slice(0, 12)).replace("77be01", runs[1]!)
    .replace("old-models", names.old);
  // Only a run that the project has can be sent on: its reader has imported it.
  if (line.startsWith("aero tracker export mlflow:")) {
    await aero(copy, line, ["tracker", "import", `mlflow:${runs[0]}`]);
  }

  const out = await aero(copy, line, splitCommand(filled, "the example").slice(1));

  assert.match(out, SAYS.find(([pattern]) => pattern.test(line))![1]);
}

async function aero(copy: ExampleCopy, line: string, args: readonly string[]): Promise<string> {
  const io = memoryIo({
    cwd: copy.path("project"),
    env: {
      ...copy.env,
      AERO_TRACKERS: trackersOf(line),
      WANDB_API_KEY: WANDB_KEY,
      ..."subject" in mongo ? { EXAMPLES_MONGO_URI: mongo.subject.uri } : {},
    },
  });
  const code = await main(args, io);
  assert.equal(code, 0, `aero ${args.join(" ")}\n${io.out()}${io.err()}`);
  return io.out();
}

/** The trackers that an example names; MLflow if it names none. */
function trackersOf(line: string): string {
  const uri = "subject" in mlflow ? mlflow.subject.uri : "";
  const all = [
    { use: "mlflow", uri, experiment: names.own },
    {
      use: "sacred",
      uri_variable: "EXAMPLES_MONGO_URI",
      database: "subject" in mongo ? mongo.subject.database : "",
    },
    { use: "wandb", "base_url": wandb.address },
  ];
  const named = all.filter(({ use }) => line.includes(use));
  return JSON.stringify(named.length === 0 ? all.slice(0, 1) : named);
}

/** Makes runs in an experiment of their own as others' code does; their ids. */
async function makeRuns(service: MlflowService, experiment: string, count: number): Promise<string[]> {
  const ask = (path: string, body: unknown) => askMlflow(service, `/api/2.0/mlflow/${path}`, body);
  const { "experiment_id": group } = await ask("experiments/create", { name: experiment });
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    const at = Date.now();
    const answer = await ask("runs/create", {
      "experiment_id": group,
      "start_time": at,
      "run_name": `by hand ${i}`,
    });
    const id = answer.run.info.run_id;
    await ask("runs/log-parameter", { "run_id": id, key: "depth", value: "5" });
    await ask("runs/log-metric", { "run_id": id, key: "rmse", value: 40 + i, timestamp: at, step: 1 });
    await ask("runs/update", { "run_id": id, status: "FINISHED", "end_time": at + 1000 });
    ids.push(id);
  }
  made.push({ service, id: group });
  return ids;
}

/** Removes the experiment that `aero tracker check --contract` makes beside that of the config, if it was run. */
async function removeChecked(service: MlflowService, name: string): Promise<void> {
  const { experiments = [] } = await askMlflow(service, "/api/2.0/mlflow/experiments/search", {
    "max_results": 1,
    filter: `name = '${name}'`,
  });
  for (const { "experiment_id": id } of experiments) {
    await askMlflow(service, "/api/2.0/mlflow/experiments/delete", { "experiment_id": id });
  }
}
