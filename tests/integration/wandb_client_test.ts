import assert from "node:assert/strict";
import { begin, ended, logged } from "../../core/plugin/conformance/tracker_subject.ts";
import { SAMPLE_COMMIT, sampleOutput } from "../../core/plugin/conformance/tracker_samples.ts";
import { subjectOrSkip } from "../support/must_run.ts";
import { WANDB_KEY, WandbServer } from "../support/wandb_server/server.ts";
import { openWandbTracker } from "../support/wandb_server/subject.ts";

/** A Python that has W&B's own SDK. */
async function findPython(): Promise<string> {
  const python = Deno.env.get("AERO_TEST_WANDB_PYTHON") ?? "/var/cache/aero-services/wandb/bin/python";
  await Deno.stat(python).catch((cause) => {
    throw new Error("no Python with wandb: `deno task services up wandb`", { cause });
  });
  return python;
}

const found = await subjectOrSkip("wandb-client", findPython);
const python = "subject" in found ? found.subject : "";

/** Runs a script with the SDK against the server, away from the user's own settings. */
async function sdk(server: WandbServer, script: string, ...args: string[]): Promise<string> {
  const home = await Deno.makeTempDir({ prefix: "aero-wandb-" });
  try {
    const path = new URL(`../support/wandb_server/${script}`, import.meta.url).pathname;
    const { success, stdout, stderr } = await new Deno.Command(python, {
      args: [path, ...args, home],
      cwd: home,
      clearEnv: true,
      env: {
        HOME: home,
        PATH: Deno.env.get("PATH") ?? "",
        WANDB_BASE_URL: server.address,
        WANDB_API_KEY: WANDB_KEY,
        WANDB_DIR: home,
        WANDB_SILENT: "true",
        WANDB_ERROR_REPORTING: "false",
      },
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

Deno.test({
  name: "runs that W&B's own SDK writes to the test server are taken by it, and read whole by the tracker",
  ignore: "skipped" in found,
  async fn() {
    await using server = new WandbServer({ sdk: true });
    await sdk(server, "sdk_write.py");
    assert.deepEqual(server.refused, []);

    await using tracker = await openWandbTracker(server);
    const run = await tracker.find("sdkrun");
    assert.equal(run.name, "by the SDK");
    assert.equal(run.state, "succeeded");
    assert.deepEqual(run.params, { lr: 0.1, nested: { a: [1, null] } });
    assert.deepEqual(run.tags, { x: true });
    assert.equal(run.note, "note");
    assert.equal(run.aero, undefined);
    const points = await Array.fromAsync(tracker.points("lab/conformance/sdkrun"));
    const losses = points.filter(({ name }) => name === "loss");
    assert.deepEqual(
      losses.map(({ value, step }) => [step, value]),
      Array.from({ length: 2500 }, (_, i) => [i * 3, 1 / (i + 1)]),
    );
    assert.deepEqual(points.filter(({ name }) => name === "odd").slice(0, 4).map(({ value }) => value), [
      NaN,
      Infinity,
      -Infinity,
      1.5,
    ]);
    assert.equal(await tracker.versionDocument("sdkrun"), undefined);
    const log = await Array.fromAsync(tracker.files("sdkrun"), ({ path }) => path);
    assert.ok(log.includes("wandb-metadata.json"), log.join());

    const other = await tracker.find("conformance/sdkartifacts");
    assert.deepEqual(other.inputs.map(({ name }) => name), ["data:v0"]);
    const values = await Array.fromAsync(
      tracker.points("sdkartifacts"),
      ({ name, value }) => `${name} ${value}`,
    );
    assert.deepEqual(values, ["early 1", "late 2"]);
    const listed = await Array.fromAsync(tracker.list(), ({ id }) => id);
    assert.deepEqual(listed, ["lab/conformance/sdkartifacts", "lab/conformance/sdkrun"]);
  },
});

Deno.test({
  name: "W&B's own SDK reads from the test server what the tracker wrote to it",
  ignore: "skipped" in found,
  async fn() {
    await using server = new WandbServer({ sdk: true });
    await using tracker = await openWandbTracker(server);
    const document = '{"schema":"aero/experiment-version@1","n":1.0}';
    const run = await begin(tracker, {
      tags: ["a"],
      note: "N",
      group: "pipeline",
      versionDocument: document,
    });
    const point = (step: number, loss: number) => ({ step, at: 1_800_000_000_000 + step, values: { loss } });
    await run.send({
      events: [
        { kind: "metrics", points: [point(0, 3), point(5, NaN), point(5, 1)] },
        logged({
          params: { batch: 32, net: { width: 8 }, aero: "x" },
          tags: { owner: "mira" },
          inputs: [{ name: "weather", url: "https://lab.example/a.csv", digest: "9d0c1f" }],
        }),
        sampleOutput("model"),
        ended(),
      ],
      stdout: "hi\n",
    });
    await tracker.annotate(run.run, { tagged: ["paper"], untagged: ["a"], note: "Later" });

    const read = JSON.parse(await sdk(server, "sdk_read.py", `lab/conformance/${run.run}`));

    assert.deepEqual(server.refused, []);
    assert.equal(read.state, "finished");
    const { depth, batch, net, "aero/param/aero": named } = read.config;
    assert.deepEqual([depth, batch, net, named], [5, 32, { width: 8 }, "x"]);
    assert.equal(read.config.aero.run, run.run);
    assert.deepEqual([read.tags, read.notes, read.commit], [["owner=mira", "paper"], "Later", SAMPLE_COMMIT]);
    assert.deepEqual([read.group, read.jobType], ["pipeline", "train"]);
    assert.equal(read.metadata.git.commit, SAMPLE_COMMIT);
    assert.deepEqual(read.history, [[0, 0, "3"], [5, 5, "nan"], [6, 5, "1"]]);
    assert.deepEqual(read.files, ["config.yaml", "experiment-version.json", "wandb-metadata.json"]);
    assert.equal(read.document, document);
    assert.deepEqual([read.used, read.logged], [["counts:v0", "weather:v0"], ["model:v0"]]);
    assert.deepEqual(read.references, ["https://objects.example.org/lab/objects/sha256/ff/ff"]);
  },
});
