import assert from "node:assert/strict";
import { type Answer, API, AskedMlflow, FILES } from "../../../tests/support/asked_mlflow.ts";

async function model(asked: AskedMlflow, fields: Record<string, unknown> = {}): Promise<Answer> {
  return (await asked.post("logged-models", { "experiment_id": "0", name: "m", ...fields })).model;
}

Deno.test("a logged model has params, tags and the newest metrics of each run and data", async () => {
  await using asked = await AskedMlflow.open();
  const run = await asked.begin();
  const { info: { model_id: id, artifact_uri: uri } } = await model(asked, {
    "source_run_id": run,
    "model_type": "forest",
    params: [{ key: "depth", value: "3" }],
    tags: [{ key: "a", value: "b" }, { key: "gone", value: "" }],
  });
  const metric = (value: number, step: number, more = {}) => ({
    key: "rmse",
    value,
    step,
    timestamp: 1,
    "model_id": id,
    ...more,
  });

  await asked.post("runs/log-batch", {
    "run_id": run,
    metrics: [
      metric(3, 1),
      metric(1, 3),
      metric(2, 2),
      metric(9, 0, { dataset_name: "d", "dataset_digest": "1" }),
    ],
  });
  await asked.post("runs/log-metric", { run_id: run, ...metric(5, 0, { model_id: "m-of-elsewhere" }) });
  await asked.post(`logged-models/${id}/params`, { params: [{ key: "trees", value: "20" }] });
  await asked.post(`logged-models/${id}/tags`, { tags: [{ key: "a", value: "c" }] }, "PATCH");
  const removed = await asked.send("DELETE", `${API}/logged-models/${id}/tags/gone`);
  await asked.post("runs/outputs", { run_id: run, models: [{ model_id: id, step: 3 }] });

  assert.equal(removed.status, 200);
  const { model: { info, data } } = await asked.get(`${API}/logged-models/${id}`);
  assert.deepEqual([info.name, info.model_type, info.source_run_id, info.status], [
    "m",
    "forest",
    run,
    "LOGGED_MODEL_PENDING",
  ]);
  assert.deepEqual(info.tags, [{ key: "a", value: "c" }]);
  assert.deepEqual(data.params, [{ key: "depth", value: "3" }, { key: "trees", value: "20" }]);
  assert.deepEqual(data.metrics.map(({ value, dataset_name }: Answer) => [value, dataset_name]), [[
    1,
    undefined,
  ], [9, "d"]]);
  assert.match(uri, /^mlflow-artifacts:\/0\/models\/m-[0-9a-f]{32}\/artifacts$/);
  const { run: { outputs } } = await asked.get(`${API}/runs/get?run_id=${run}`);
  assert.deepEqual(outputs.model_outputs, [{ model_id: id, step: 3 }]);
  assert.equal(asked.log.points.length, 5, "all of them are metrics of the run");
});

Deno.test("logged models are found by what they have, and not once deleted", async () => {
  await using asked = await AskedMlflow.open();
  const run = await asked.begin();
  const ids: string[] = [];
  for (const [i, name] of ["a", "b", "a"].entries()) {
    const { info } = await model(asked, {
      name,
      "source_run_id": run,
      params: [{ key: "i", value: String(i) }],
    });
    await asked.post("runs/log-metric", {
      run_id: run,
      key: "loss",
      value: i,
      timestamp: 1,
      step: 0,
      "model_id": info.model_id,
    });
    ids.push(info.model_id);
  }
  const found = async (fields: Record<string, unknown>) => {
    const { models } = await asked.post("logged-models/search", { "experiment_ids": ["0"], ...fields });
    return models.map(({ info }: Answer) => ids.indexOf(info.model_id));
  };

  assert.deepEqual(await found({}), [2, 1, 0]);
  assert.deepEqual(await found({ filter: "name = 'a' AND params.i != '0'" }), [2]);
  assert.deepEqual(await found({ filter: `attributes.source_run_id = '${run}' AND metrics.loss <= 1` }), [
    1,
    0,
  ]);
  assert.deepEqual(await found({ "order_by": [{ "field_name": "metrics.loss", ascending: true }] }), [
    0,
    1,
    2,
  ]);
  assert.deepEqual(await found({ "max_results": 1, "page_token": "1" }), [1]);
  assert.deepEqual(await found({ "experiment_ids": ["1"] }), []);
  assert.equal((await asked.send("DELETE", `${API}/logged-models/${ids[1]}`)).status, 200);
  assert.deepEqual(await found({}), [2, 0]);
  assert.equal((await asked.send("GET", `${API}/logged-models/${ids[1]}`)).status, 404);
  assert.equal((await asked.send("GET", `${API}/logged-models/${ids[1]}?allow_deleted=true`)).status, 200);
});

Deno.test("the files of a model are listed as those of a run are", async () => {
  await using asked = await AskedMlflow.open();
  const { info: { model_id: id } } = await model(asked);
  const at = `0/models/${id}/artifacts`;
  await asked.put(`${at}/MLmodel`, "model");
  await asked.put(`${at}/data/weights`, "12345");

  const below = (path: string) => asked.get(`${FILES}?path=${at}${path}`);

  assert.deepEqual((await below("")).files, [
    { path: "MLmodel", "is_dir": false, "file_size": 5 },
    { path: "data", "is_dir": true },
  ]);
  assert.deepEqual((await below("/data")).files, [{ path: "weights", "is_dir": false, "file_size": 5 }]);
  assert.deepEqual((await below("/none")).files, []);
  const { files } = await asked.get(
    `${API}/logged-models/${id}/artifacts/directories?artifact_directory_path=data`,
  );
  assert.deepEqual(files, [{ path: "data/weights", "is_dir": false, "file_size": 5 }]);
  assert.equal((await asked.send("DELETE", `${FILES}/${at}`)).status, 200);
  assert.deepEqual(await asked.log.paths(), []);
});

Deno.test("a file that comes while directories of models change their names is that of its own model", async () => {
  await using asked = await AskedMlflow.open();
  const run = await asked.begin();
  const begin = async () => (await model(asked, { "source_run_id": run })).info.model_id;
  const older = await begin(), newer = await begin();
  const fileOf = (id: string) => `${FILES}/0/models/${id}/artifacts/weights`;
  const rest = Promise.withResolvers<void>();
  const slow = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      await rest.promise;
      controller.enqueue(new TextEncoder().encode("old"));
      controller.close();
    },
  });

  const coming = asked.send("PUT", fileOf(older), slow);
  await asked.post(`logged-models/${newer}`, { status: "LOGGED_MODEL_READY" }, "PATCH");
  rest.resolve();

  assert.equal((await coming).status, 200);
  assert.equal(await (await asked.send("GET", fileOf(older))).text(), "old");
  const other = await asked.send("GET", fileOf(newer));
  await other.body?.cancel();
  assert.equal(other.status, 404);
});
