import assert from "node:assert/strict";
import { type Answer, API, AskedMlflow, FILES } from "../../../tests/support/asked_mlflow.ts";
import { KeptLog } from "../../../tests/support/mlflow_program.ts";
import { mlflowContext } from "../../../tests/support/mlflow_subject.ts";
import { mlflowApi } from "./mod.ts";

Deno.test("what is logged to the first run is told as it is, and is read back", async () => {
  await using asked = await AskedMlflow.open();
  const run = await asked.begin({ run_name: "mine", tags: [{ key: "mlflow.user", value: "ada" }] });

  await asked.post("runs/log-batch", {
    run_id: run,
    params: [{ key: "lr", value: "0.1" }],
    metrics: [
      { key: "loss", value: 0.5, timestamp: 10, step: 1 },
      { key: "acc", value: "NaN", timestamp: 10, step: 1 },
      { key: "loss", value: 0.25, timestamp: 10, step: 1 },
      { key: "loss", value: "-Infinity", timestamp: "20", step: "2" },
      { key: "acc", value: 1, timestamp: 20, step: 3 },
      { key: "f1", value: 1, timestamp: 21, step: 3 },
    ],
    tags: [{ key: "team", value: "a" }, { key: "mlflow.note.content", value: "why" }],
  });

  assert.deepEqual(asked.log.points, [
    { step: 1, at: 10, values: { loss: 0.5, acc: NaN } },
    { step: 1, at: 10, values: { loss: 0.25 } },
    { step: 2, at: 20, values: { loss: -Infinity } },
    { step: 3, at: 20, values: { acc: 1 } },
    { step: 3, at: 21, values: { f1: 1 } },
  ]);
  assert.deepEqual(asked.log.facts, [
    { tags: { run_name: "mine" } },
    { params: { lr: "0.1" } },
    { tags: { team: "a" }, note: "why" },
  ]);
  const { run: { info, data } } = await asked.get(`${API}/runs/get?run_id=${run}`);
  assert.deepEqual([info.run_name, info.user_id, info.status], ["mine", "ada", "RUNNING"]);
  assert.deepEqual(data.params, [{ key: "lr", value: "0.1" }]);
  assert.deepEqual(data.metrics, [
    { key: "loss", value: "-Infinity", timestamp: 20, step: 2 },
    { key: "acc", value: 1, timestamp: 20, step: 3 },
    { key: "f1", value: 1, timestamp: 21, step: 3 },
  ]);
  const page = `${API}/metrics/get-history?run_id=${run}&metric_key=loss&max_results=2`;
  const first = await asked.get(page);
  const second = await asked.get(`${page}&page_token=${first.next_page_token}`);
  assert.deepEqual([...first.metrics, ...second.metrics].map(({ value }: Answer) => value), [
    0.5,
    0.25,
    "-Infinity",
  ]);
  assert.equal(second.next_page_token, undefined);
});

Deno.test("a value that is sent again is told once", async () => {
  await using asked = await AskedMlflow.open();
  const batch = { "run_id": await asked.begin(), metrics: [{ key: "a", value: 1, timestamp: 5, step: 0 }] };

  await asked.post("runs/log-batch", batch);
  await asked.post("runs/log-batch", batch);
  await asked.post("runs/log-metric", { run_uuid: batch.run_id, key: "a", value: 1, timestamp: 5, step: 1 });

  assert.deepEqual(asked.log.points.map(({ step }) => step), [0, 1]);
});

Deno.test("a param keeps its value: the same again is taken, another one is refused with all that came with it", async () => {
  await using asked = await AskedMlflow.open();
  const run = await asked.begin();
  const log = (params: unknown, rest = {}) =>
    asked.send("POST", `${API}/runs/log-batch`, JSON.stringify({ run_id: run, params, ...rest }));
  await log([{ key: "lr", value: "0.2" }]);

  assert.equal((await log([{ key: "lr", value: "0.2" }, { key: "depth", value: "3" }])).status, 200);
  const other = await log([{ key: "new", value: "1" }, { key: "lr", value: "0.3" }], {
    metrics: [{ key: "a", value: 1, timestamp: 5, step: 0 }],
  });
  const twice = await log([{ key: "x", value: "1" }, { key: "x", value: "2" }]);

  assert.deepEqual([other.status, twice.status], [400, 400]);
  const { error_code, message } = await other.json();
  assert.equal(error_code, "INVALID_PARAMETER_VALUE");
  assert.match(message, /'lr'.*'0\.2'.*'0\.3'/);
  assert.deepEqual(asked.log.facts, [{ params: { lr: "0.2" } }, { params: { depth: "3" } }]);
  assert.deepEqual(asked.log.points, []);
});

Deno.test("further runs are kept apart by their names, and two of one name by a number", async () => {
  await using asked = await AskedMlflow.open();
  const main = await asked.begin({ run_name: "outer" });
  await asked.post("runs/log-metric", { run_id: main, key: "late/loss", value: 0, timestamp: 1, step: 0 });
  const runs: string[] = [];
  for (const name of ["in/ner", "in/ner", undefined, "late"]) {
    runs.push(await asked.begin({ "run_name": name }));
  }

  for (const run of [...runs, main]) {
    await asked.post("runs/log-metric", { run_id: run, key: "loss", value: 1, timestamp: 1, step: 0 });
    await asked.post("runs/log-parameter", { run_id: run, key: "lr", value: run });
    await asked.put(`0/${run}/artifacts/a/b.txt`, run);
  }

  const prefixes = ["in_ner/", "in_ner-2/", "run-4/", "late-2/", ""];
  assert.deepEqual(
    asked.log.points.slice(1).map(({ values }) => Object.keys(values)[0]),
    prefixes.map((prefix) => `${prefix}loss`),
  );
  assert.deepEqual(
    asked.log.facts.flatMap(({ params }) => Object.keys(params ?? {})),
    prefixes.map((prefix) => `${prefix}lr`),
  );
  assert.deepEqual(await asked.log.paths(), prefixes.map((prefix) => `${prefix}a/b.txt`).sort());
  assert.deepEqual(await asked.list(runs[1]!), ["a"]);
  assert.deepEqual(await asked.list(main), ["a"]);
});

Deno.test("a first run's artifact of another's name is kept apart from it", async () => {
  await using asked = await AskedMlflow.open();
  const main = await asked.begin();
  const child = await asked.begin({ run_name: "child" });
  await asked.put(`0/${child}/artifacts/a.txt`, "of the child");
  await asked.put(`0/${main}/artifacts/child/a.txt`, "of the first");
  await asked.put(`0/${main}/artifacts/.aero-incoming`, "x");

  assert.deepEqual(await asked.log.paths(), [".aero-incoming-2", "child-2/a.txt", "child/a.txt"]);
  assert.deepEqual(await asked.list(main), [".aero-incoming", "child"]);
  assert.deepEqual(await asked.list(main, "child"), ["child/a.txt"]);
  const read = await asked.send("GET", `${FILES}/0/${main}/artifacts/child/a.txt`);
  assert.equal(await read.text(), "of the first");
});

Deno.test("a run that is resumed by the id of the one that aero knows is that one, in any experiment", async () => {
  const id = await (async () => {
    await using asked = await AskedMlflow.open();
    return await asked.begin();
  })();
  await using asked = await AskedMlflow.open();
  const { experiment_id } = await asked.post("experiments/create", { name: "anything" });

  const { run: { info } } = await asked.get(`${API}/runs/get?run_id=${id}`);
  const second = await asked.begin({ run_name: "second" });
  await asked.post("runs/log-parameter", { run_id: id, key: "lr", value: "1" });
  await asked.post("runs/log-parameter", { run_id: second, key: "lr", value: "2" });

  assert.equal(info.experiment_id, experiment_id);
  assert.notEqual(second, id);
  assert.deepEqual(asked.log.facts.flatMap(({ params }) => params ?? []), [{ lr: "1" }, {
    "second/lr": "2",
  }]);
});

Deno.test("tags: MLflow's own are for the program only, the description is the note, removed ones are told", async () => {
  await using asked = await AskedMlflow.open();
  const run = await asked.begin({ tags: [{ key: "mlflow.source.git.commit", value: "abc" }] });
  const child = await asked.begin({ run_name: "c" });
  const set = (run_id: string, key: string, value: string) =>
    asked.post("runs/set-tag", { run_id, key, value });

  await set(run, "mlflow.source.name", "train.py");
  await set(run, "mlflow.autologging", "sklearn");
  await set(run, "mlflow.runName", "renamed");
  await set(run, "k", "v");
  await set(run, "k", "v");
  await set(run, "mlflow.note.content", "n");
  await set(child, "mlflow.note.content", "n");
  await asked.post("runs/delete-tag", { run_id: run, key: "k" });
  await asked.post("runs/delete-tag", { run_id: run, key: "mlflow.note.content" });
  const gone = await asked.send("POST", `${API}/runs/delete-tag`, JSON.stringify({ run_id: run, key: "k" }));

  assert.equal(gone.status, 404);
  assert.deepEqual(asked.log.facts, [
    { tags: { autologging: "sklearn" } },
    { tags: { run_name: "renamed" } },
    { tags: { k: "v" } },
    { note: "n" },
    { tags: { "c/note": "n" } },
    { tags: { k: null } },
    { note: "" },
  ]);
  const { run: { info, data } } = await asked.get(`${API}/runs/get?run_id=${run}`);
  assert.equal(info.run_name, "renamed");
  assert.ok(
    data.tags.some(({ key, value }: Answer) => key === "mlflow.source.git.commit" && value === "abc"),
  );
});

Deno.test("datasets are told once each, with the address that their source has", async () => {
  await using asked = await AskedMlflow.open();
  const run = await asked.begin();
  const dataset = (name: string, source: string) => ({
    tags: [{ key: "mlflow.data.context", value: "training" }],
    dataset: { name, digest: "d1", source_type: "x", source, schema: "{}" },
  });
  const datasets = [
    dataset("a", '{"uri":"s3://a"}'),
    dataset("b", '{"url":"http://b"}'),
    dataset("c", '{"tags":{}}'),
    dataset("d", "anything"),
  ];

  await asked.post("runs/log-inputs", { run_id: run, datasets });
  await asked.post("runs/log-inputs", { run_id: run, datasets: datasets.slice(0, 2) });

  assert.deepEqual(asked.log.facts, [{
    inputs: [
      { name: "a", url: "s3://a", digest: "d1" },
      { name: "b", url: "http://b", digest: "d1" },
      { name: "c", digest: "d1" },
      { name: "d", digest: "d1" },
    ],
  }]);
  const { run: { inputs } } = await asked.get(`${API}/runs/get?run_id=${run}`);
  assert.deepEqual(inputs.dataset_inputs[0], datasets[0]);
});

Deno.test("the newest of several logged models of one name has its directory, and each is read by its id", async () => {
  await using asked = await AskedMlflow.open();
  const run = await asked.begin();
  const models: string[] = [];
  for (const text of ["first", "second"]) {
    const { model: { info } } = await asked.post("logged-models", {
      experiment_id: "0",
      name: "m",
      source_run_id: run,
    });
    await asked.put(`0/models/${info.model_id}/artifacts/weights`, text);
    await asked.post(`logged-models/${info.model_id}`, { status: "LOGGED_MODEL_READY" }, "PATCH");
    models.push(info.model_id);
  }

  assert.equal(await Deno.readTextFile(`${asked.log.files}/m/weights`), "second");
  assert.equal(await Deno.readTextFile(`${asked.log.files}/m-2/weights`), "first");
  const texts = await Promise.all(
    models.map(async (id) =>
      await (await asked.send("GET", `${FILES}/0/models/${id}/artifacts/weights`)).text()
    ),
  );
  assert.deepEqual(texts, ["first", "second"]);
  assert.deepEqual(await asked.list(run), []);
  const found = await asked.post("logged-models/search", { experiment_ids: ["0"], filter: "name = 'm'" });
  assert.deepEqual(found.models.map(({ info }: Answer) => info.model_id), models.toReversed());
});

Deno.test("runs are found by what was logged to them, the newest first", async () => {
  await using asked = await AskedMlflow.open();
  const runs: string[] = [];
  for (const value of [3, 1, 2]) {
    const run = await asked.begin({ run_name: `r${value}` });
    await asked.post("runs/log-metric", { run_id: run, key: "loss", value, timestamp: 1, step: 0 });
    runs.push(run);
  }
  await asked.post("runs/delete", { run_id: runs[2] });
  const search = async (message: Record<string, unknown>) => {
    const answer = await asked.post("runs/search", { experiment_ids: ["0"], ...message });
    return answer.runs.map(({ info }: Answer) => info.run_name);
  };

  assert.deepEqual(await search({}), ["r1", "r3"]);
  assert.deepEqual(await search({ run_view_type: "ALL", order_by: ["metrics.loss ASC"] }), [
    "r1",
    "r2",
    "r3",
  ]);
  assert.deepEqual(await search({ run_view_type: "DELETED_ONLY" }), ["r2"]);
  assert.deepEqual(await search({ filter: "metrics.loss > 2" }), ["r3"]);
  assert.deepEqual(await search({ experiment_ids: ["1"] }), []);
  const page = await asked.post("runs/search", { experiment_ids: ["0"], max_results: 1 });
  assert.equal(page.next_page_token, "1");
  const write = await asked.send(
    "POST",
    `${API}/runs/set-tag`,
    JSON.stringify({ run_id: runs[2], key: "a", value: "b" }),
  );
  assert.equal(write.status, 400);
});

Deno.test("health, version and what the server can do are told", async () => {
  await using asked = await AskedMlflow.open();

  assert.equal(await (await asked.send("GET", "/health")).text(), "OK");
  assert.match(await (await asked.send("GET", "/version")).text(), /^3\.\d+\.\d+$/);
  assert.equal((await asked.get("/api/3.0/mlflow/server-info")).multipart_uploads_enabled, false);
});

Deno.test("what comes after the end is refused, and an upload that is under way leaves nothing", async () => {
  const log = await KeptLog.make();
  await using _ = log;
  const api = await mlflowApi.open(log, mlflowContext());
  const begun = Promise.withResolvers<void>();
  const created = await api.handle(
    new Request(`http://run${API}/runs/create`, { method: "POST", body: "{}" }),
  );
  const { run: { info } } = await created.json();
  const endless = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new Uint8Array(10)),
    pull: () => {
      begun.resolve();
      return new Promise(() => {});
    },
  });
  const upload = api.handle(
    new Request(`http://run${FILES}/0/${info.run_id}/artifacts/a`, { method: "PUT", body: endless }),
  );
  await begun.promise;

  await api[Symbol.asyncDispose]();

  assert.equal((await upload).status, 400);
  assert.deepEqual([...Deno.readDirSync(log.files)], []);
  assert.equal((await api.handle(new Request("http://run/health"))).status, 503);
});
