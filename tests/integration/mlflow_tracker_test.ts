import assert from "node:assert/strict";
import { begin, clauseRun, ended, logged, metrics } from "../../core/plugin/conformance/tracker_subject.ts";
import { sampleOutput, sampleStart } from "../../core/plugin/conformance/tracker_samples.ts";
import { NOTHING_SENT, type Tracker, TrackerError } from "../../core/plugin/tracker.ts";
import { mlflowTracker } from "../../plugins/trackers/mlflow/mod.ts";
import { askMlflow, mlflowContext, mlflowVariable, runsTagged } from "../support/mlflow_subject.ts";
import { subjectOrSkip } from "../support/must_run.ts";
import { RecordingProxy } from "../support/recording_proxy.ts";

interface Place extends AsyncDisposable {
  readonly service: { readonly uri: string };
  readonly proxy: RecordingProxy;
  readonly experiment: string;
  open(config?: Readonly<Record<string, unknown>>): Promise<Tracker>;
}

function openPlace(uri: string): Place {
  const proxy = new RecordingProxy(uri);
  const experiment = `integration-${crypto.randomUUID()}`;
  return {
    service: { uri },
    proxy,
    experiment,
    open: (config = {}) => mlflowTracker.open({ uri: proxy.url, experiment, ...config }, mlflowContext()),
    [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose](),
  };
}

/** A test at each version of the server. */
function atBoth(name: string, body: (place: Place, major: 2 | 3) => Promise<void>): void {
  for (const major of [2, 3] as const) {
    Deno.test(`MLflow ${major}: ${name}`, async () => {
      const found = await subjectOrSkip(
        `mlflow${major}`,
        () => Promise.resolve().then(() => mlflowVariable(`AERO_TEST_MLFLOW${major}_URI`)),
      );
      if ("skipped" in found) return;
      await using place = openPlace(found.subject);
      await body(place, major);
    });
  }
}

const NOTHING = { events: [], stdout: "", stderr: "" };

async function valuesOf(tracker: Tracker, id: string): Promise<string[]> {
  return (await Array.fromAsync(tracker.points(id))).map(({ name, step, value }) =>
    `${name}@${step}=${value}`
  );
}

async function textOf(tracker: Tracker, id: string, path: string): Promise<string> {
  return await new Response(await tracker.readFile(id, path) as ReadableStream<Uint8Array<ArrayBuffer>>)
    .text();
}

atBoth(
  "what was sent before its cursor is sent again, and is there once",
  async ({ service, proxy, open }) => {
    await using tracker = await open();
    const { run, event } = sampleStart();
    const batch = {
      events: [event, metrics("loss", [3, 2, 1]), sampleOutput("model")],
      stdout: "one\n",
      stderr: "",
    };
    proxy.loses = (_, path) => path.endsWith("/log-batch") && proxy.sent.includes('"metrics"');
    await assert.rejects(tracker.send(run, NOTHING_SENT, batch), { code: "tracker_unavailable" });
    proxy.loses = () => false;
    const [made] = await runsTagged(service, "aero.run", run);
    // As if it had ended between the two.
    await askMlflow(service, "/api/2.0/mlflow/runs/delete-tag", {
      run_id: made.info.run_id,
      key: "aero.cursor",
    });

    await using other = await open();
    assert.deepEqual(await other.cursor(run), NOTHING_SENT);
    await other.send(run, NOTHING_SENT, batch);

    const id = made.info.run_id;
    assert.equal((await runsTagged(service, "aero.run", run)).length, 1);
    assert.deepEqual(await valuesOf(other, id), ["loss@0=3", "loss@1=2", "loss@2=1"]);
    assert.equal(await textOf(other, id, "logs/stdout-00001.log"), "one\n");
    const after = await askMlflow(service, `/api/2.0/mlflow/runs/get?run_id=${id}`);
    assert.equal(after.run.inputs.dataset_inputs.length, 1);
    assert.deepEqual(await other.cursor(run), { events: 3, stdout: 4, stderr: 0 });
  },
);

atBoth("a run whose making was never answered is found, not made again", async ({ service, proxy, open }) => {
  await using tracker = await open();
  const { run, event } = sampleStart();
  proxy.loses = (_, path) => path.endsWith("/runs/create");
  await assert.rejects(tracker.send(run, NOTHING_SENT, { ...NOTHING, events: [event] }), {
    code: "tracker_unavailable",
  });
  proxy.loses = () => false;

  await tracker.send(run, NOTHING_SENT, { ...NOTHING, events: [event] });

  assert.equal((await runsTagged(service, "aero.run", run)).length, 1);
});

atBoth("machines that begin one run at the same time end with one run that has all", async (place) => {
  const { run, event } = sampleStart();
  const events = [event, metrics("loss", [3, 2, 1])];
  const trackers = await Promise.all(Array.from({ length: 4 }, () => place.open()));
  await Promise.allSettled(trackers.map((one) => one.send(run, NOTHING_SENT, { ...NOTHING, events })));

  const [first] = trackers;
  const cursor = await first!.cursor(run);
  await first!.send(run, cursor, { ...NOTHING, events: [...events, ended()].slice(cursor.events) });

  const runs = await runsTagged(place.service, "aero.run", run);
  assert.equal(runs.length, 1);
  assert.deepEqual(await valuesOf(first!, runs[0].info.run_id), ["loss@0=3", "loss@1=2", "loss@2=1"]);
  for (const tracker of trackers) await tracker[Symbol.asyncDispose]();
});

atBoth("where the server keeps no files the version stands in tags, and the run says so", async (place) => {
  place.proxy.answers = (_, path) =>
    path.endsWith("/upload-artifact")
      ? Response.json({ error_code: "INTERNAL_ERROR", message: "no space left" }, { status: 500 })
      : undefined;
  await using tracker = await place.open();
  const versionDocument = `{"long":"${"é🚲".repeat(9_000)}"}`;
  const run = await begin(tracker, { versionDocument });
  await run.send({ stdout: "one\n", events: [sampleOutput("model"), ended()] });

  const [made] = await runsTagged(place.service, "aero.run", run.run);
  assert.equal(await tracker.versionDocument(made.info.run_id), versionDocument);
  // deno-lint-ignore no-explicit-any -- as the server answers
  const tags = Object.fromEntries(made.data.tags.map((tag: any) => [tag.key, tag.value]));
  assert.match(tags["aero.files-not-kept"], /no space left/);
  assert.match(tags["aero.output.model"], /^model:v7 sha256:f/);
  assert.deepEqual(await tracker.cursor(run.run), { events: 3, stdout: 4, stderr: 0 });
});

atBoth("a version's document that was changed there is refused", async (place) => {
  await using tracker = await place.open();
  const run = await begin(tracker);
  const [made] = await runsTagged(place.service, "aero.run", run.run);
  const path =
    `/ajax-api/2.0/mlflow/upload-artifact?run_uuid=${made.info.run_id}&path=experiment-version.json`;
  const answer = await fetch(`${place.service.uri}${path}`, {
    method: "POST",
    headers: { "content-type": "application/octet-stream" },
    body: "{}",
  });
  await answer.body?.cancel();

  await assert.rejects(tracker.versionDocument(made.info.run_id), { code: "tracker_refused" });
});

atBoth("stages of one command stand below a run of their group, which ends with the last", async (place) => {
  await using tracker = await place.open();
  const group = sampleStart().run;
  const parentOf = async () => (await runsTagged(place.service, "aero.group-of", group));
  const clean = await begin(tracker, { group, stage: "clean" });
  await clean.send({ events: [ended()] });
  assert.deepEqual(await parentOf(), []);

  const train = await begin(tracker, { group, stage: "train" });
  const [running] = await parentOf();
  await train.send({ events: [ended("failed")] });
  const [over, ...others] = await parentOf();

  assert.equal(running.info.status, "RUNNING");
  assert.equal(over.info.status, "FAILED");
  assert.deepEqual(others, []);
  const children = await runsTagged(place.service, "mlflow.parentRunId", over.info.run_id);
  assert.equal(children.length, 2);
  const listed = await Array.fromAsync(tracker.list());
  assert.deepEqual(listed.map(({ aero }) => aero?.run).sort(), [clean.run, train.run].sort());
});

atBoth("another process goes on with the newest file of a stream", async (place) => {
  const { run, event } = sampleStart();
  await using first = await place.open();
  await first.send(run, NOTHING_SENT, { events: [event], stdout: "one\n", stderr: "" });
  await using second = await place.open();

  await second.send(run, await second.cursor(run), { ...NOTHING, stdout: "two µ\n" });
  await second.send(run, await second.cursor(run), { ...NOTHING, stdout: "x".repeat(300_000) });
  await second.send(run, await second.cursor(run), { ...NOTHING, stdout: "\nlast\n" });

  const [made] = await runsTagged(place.service, "aero.run", run);
  const id = made.info.run_id;
  const files = await Array.fromAsync(second.files(id));
  assert.deepEqual(files.map(({ path }) => path).sort(), [
    "experiment-version.json",
    "logs/stdout-00001.log",
    "logs/stdout-00002.log",
  ]);
  assert.ok((await textOf(second, id, "logs/stdout-00001.log")).startsWith("one\ntwo µ\nxxx"));
  assert.equal(await textOf(second, id, "logs/stdout-00002.log"), "\nlast\n");
});

atBoth("names of any length and letters come back, and steps that are none are told", async (place) => {
  await using tracker = await place.open();
  const long = "é/".repeat(300);
  const names = ["train/acc %", "_x41_", "/lead", "..", "a:b", "grid_x", long];
  const run = await begin(tracker);
  const at = 1_800_000_000_000;
  await run.send({
    events: [{
      kind: "metrics",
      points: [{ at, values: Object.fromEntries(names.map((name, i) => [name, i])) }, {
        at: at + 1,
        step: 2.75,
        values: { "a:b": Infinity },
      }],
    }],
  });

  const [made] = await runsTagged(place.service, "aero.run", run.run);
  const points = await Array.fromAsync(tracker.points(made.info.run_id));

  assert.deepEqual(new Set(points.map(({ name }) => name)), new Set(names));
  assert.deepEqual(points.filter(({ name }) => name === "a:b").map(({ value, step }) => [value, step]), [
    [4, undefined],
    [Infinity, 2],
  ]);
  // deno-lint-ignore no-explicit-any -- as the server answers
  assert.equal(made.data.tags.find((tag: any) => tag.key === "aero.steps.rounded").value, "a_x3a_b");
});

atBoth(
  "outputs that are models are logged models where the server knows such, once",
  async (place, major) => {
    await using tracker = await place.open();
    const run = await begin(tracker);
    const batch = { ...NOTHING, events: [sampleOutput("model"), sampleOutput("report")] };
    place.proxy.loses = (_, path) => path.endsWith("/runs/outputs");
    const from = { events: 1, stdout: 0, stderr: 0 };
    if (major === 3) {
      await assert.rejects(tracker.send(run.run, from, batch), {
        code: "tracker_unavailable",
      });
    }
    place.proxy.loses = () => false;
    await tracker.send(run.run, from, batch);

    const [made] = await runsTagged(place.service, "aero.run", run.run);
    const { run: shown } = await askMlflow(
      place.service,
      `/api/2.0/mlflow/runs/get?run_id=${made.info.run_id}`,
    );
    assert.equal(shown.outputs?.model_outputs?.length, major === 3 ? 1 : undefined);
    if (major === 3) {
      const { models } = await askMlflow(place.service, "/api/2.0/mlflow/logged-models/search", {
        experiment_ids: [made.info.experiment_id],
      });
      // deno-lint-ignore no-explicit-any -- as the server answers
      assert.deepEqual(models.map((one: any) => [one.info.name, one.info.status]), [[
        "model",
        "LOGGED_MODEL_READY",
      ]]);
    }
  },
);

atBoth("an experiment that was deleted comes back; a run that a person deleted does not", async (place) => {
  await using tracker = await place.open();
  const run = await begin(tracker);
  const [made] = await runsTagged(place.service, "aero.run", run.run);
  const { experiment_id: id } = made.info;
  await askMlflow(place.service, "/api/2.0/mlflow/experiments/delete", { experiment_id: id });

  await using other = await place.open();
  const second = await begin(other);
  assert.equal((await runsTagged(place.service, "aero.run", second.run))[0].info.experiment_id, id);
  await askMlflow(place.service, "/api/2.0/mlflow/runs/delete", { run_id: made.info.run_id });

  await assert.rejects(
    other.cursor(run.run),
    (error) =>
      error instanceof TrackerError && error.code === "tracker_refused" && !error.retryable &&
      /runs restore --run-id [0-9a-f]{32}/.test(error.report.why!),
  );
});

atBoth("a server that does not answer is away", async (place) => {
  await using tracker = await place.open({ timeout_seconds: 0.2 });
  const wait = Promise.withResolvers<Response>();
  place.proxy.answers = () => wait.promise;
  const { run } = clauseRun(tracker, sampleStart().run);

  await assert.rejects(tracker.cursor(run), { code: "tracker_unavailable" });
  wait.resolve(new Response());
});

atBoth("runs that MLflow's own client made are found, with all that it logged", async (place, major) => {
  const program = `
import mlflow, math
mlflow.set_tracking_uri(${JSON.stringify(place.service.uri)})
mlflow.set_experiment(${JSON.stringify(place.experiment)})
with mlflow.start_run(run_name="theirs", description="a note") as run:
    mlflow.log_params({"lr": 0.10, "text": "0.10"})
    mlflow.set_tag("colour", "blue")
    for i in range(5): mlflow.log_metric("loss", 5 - i, step=i)
    mlflow.log_metric("odd", math.nan, step=0)
    mlflow.log_metric("odd", math.inf, step=1)
    mlflow.log_text("hello", "notes/a.txt")
    print(run.info.run_id)
`;
  const { stdout } = await new Deno.Command(mlflowVariable(`AERO_TEST_MLFLOW${major}_PYTHON`), {
    args: ["-c", program],
    env: { GIT_PYTHON_REFRESH: "quiet" },
    stderr: "null",
  }).output();
  const id = /^[0-9a-f]{32}$/m.exec(new TextDecoder().decode(stdout))![0];
  await using tracker = await place.open();

  const found = await tracker.find(id);
  assert.deepEqual([found.name, found.group, found.state, found.note], [
    "theirs",
    place.experiment,
    "succeeded",
    "a note",
  ]);
  assert.deepEqual(found.params, { lr: "0.1", text: "0.10" });
  assert.deepEqual(found.tags, { colour: "blue" });
  assert.equal(found.aero, undefined);
  assert.deepEqual((await valuesOf(tracker, id)).sort(), [
    ...["loss@0=5", "loss@1=4", "loss@2=3", "loss@3=2", "loss@4=1"],
    ...["odd@0=NaN", "odd@1=Infinity"],
  ]);
  assert.deepEqual(await Array.fromAsync(tracker.files(id)), [{ path: "notes/a.txt", size: 5 }]);
  assert.equal(await textOf(tracker, id, "notes/a.txt"), "hello");
  assert.equal(await tracker.versionDocument(id), undefined);
  await assert.rejects(tracker.readFile(id, "notes/none.txt"), { code: "tracked_run_not_found" });
});

atBoth(
  "what a program logs is there once, though answers are lost: later values of a param beside the first",
  async ({ service, proxy, open }) => {
    const { run, event } = sampleStart();
    const facts = [
      { params: { lr: "0.1" }, tags: { draft: "1", owner: "mira" }, inputs: [{ name: "weather" }] },
      { params: { lr: "0.2" }, tags: { draft: null } },
      { params: { lr: "0.3", "counts.changed": 1 }, tags: { owner: "kai" } },
      { params: { lr: "0.1" } },
    ];
    const batch = {
      events: [event, ...facts.map((one, i) => logged(one, ...facts.slice(0, i)))],
      stdout: "",
      stderr: "",
    };
    for (const lost of ["/log-inputs", "/delete-tag", "/log-batch", "/log-batch"]) {
      await using tracker = await open();
      let left = 1;
      proxy.loses = (_, path) => path.endsWith(lost) && left-- > 0;
      await assert.rejects(tracker.send(run, NOTHING_SENT, batch), { code: "tracker_unavailable" });
    }
    proxy.loses = () => false;
    await using tracker = await open();

    await tracker.send(run, NOTHING_SENT, batch);

    const [made] = await runsTagged(service, "aero.run", run);
    const found = await tracker.find(made.info.run_id);
    const params = Object.entries(found.params).filter(([name]) => /^lr|changed/.test(name)).sort();
    assert.deepEqual(params, [
      ["counts.changed", "1"],
      ["lr", "0.1"],
      ["lr.changed", "0.2"],
      ["lr.changed.2", "0.3"],
    ]);
    assert.deepEqual(found.tags, { conformance: "true", owner: "kai" });
    assert.deepEqual(found.inputs.map(({ name }) => name).sort(), ["counts", "weather"]);
  },
);
