import assert from "node:assert/strict";
import { API, AskedMlflow } from "../../../tests/support/asked_mlflow.ts";
import { Room } from "./room.ts";
import { mlflowVariables } from "./variables.ts";

Deno.test("room is taken by entries, given back, and refused when there is none, with nothing taken", () => {
  const room = new Room(1000);

  room.take("x".repeat(300), undefined, "y".repeat(100));
  assert.throws(() => room.take("z"), { errorCode: "INVALID_PARAMETER_VALUE" });
  room.give("x".repeat(300), undefined, "y".repeat(100));
  room.take("x".repeat(400));
});

Deno.test("a tag that is set again and again takes room once", async () => {
  await using asked = await AskedMlflow.open();
  const run = await asked.begin();
  const half = "x".repeat(12 * 1024 * 1024);

  for (let i = 0; i < 5; i++) {
    await asked.post("runs/set-tag", { "run_id": run, key: "state", value: half + i });
  }
  await asked.post("runs/delete-tag", { "run_id": run, key: "state" });
  await asked.post("runs/set-tag", { "run_id": run, key: "other", value: half });
  await asked.post("runs/set-tag", { "run_id": run, key: "more", value: half });
  const refused = await asked.send(
    "POST",
    `${API}/runs/set-tag`,
    JSON.stringify({ "run_id": run, key: "most", value: half }),
  );

  assert.deepEqual([refused.status, (await refused.json()).error_code], [400, "INVALID_PARAMETER_VALUE"]);
  assert.ok(!asked.log.facts.some(({ tags }) => tags?.most !== undefined));
});

Deno.test("what is beyond a page, or no page at all, is refused", async () => {
  await using asked = await AskedMlflow.open();
  const run = await asked.begin();
  await asked.post("runs/log-metric", { "run_id": run, key: "a", value: 1, timestamp: 1, step: 1 });
  const history = `${API}/metrics/get-history?run_id=${run}&metric_key=a`;

  assert.deepEqual((await asked.get(`${history}&max_results=5&page_token=9`)).metrics, []);
  for (
    const query of ["&max_results=0", "&max_results=50001", "&max_results=1&page_token=-1", "&max_results=x"]
  ) {
    const refused = await asked.send("GET", history + query);
    assert.equal(refused.status, 400, query);
    await refused.body?.cancel();
  }
});

Deno.test("what is long and makes no sense is refused, and soon, so that nothing else waits for it", async () => {
  await using asked = await AskedMlflow.open();
  const long = 2_000_000;
  await asked.begin();
  await asked.post("registered-models/create", { name: "m" });
  const slashes = "/".repeat(long), spaces = " ".repeat(long);
  for (
    const [path, message] of [
      ["runs/search", { "experiment_ids": ["0"], "order_by": [`a${spaces}b`] }],
      ["runs/search", { "experiment_ids": ["0"], filter: `${spaces}<` }],
      ["model-versions/create", { name: "m", source: `runs:/x${slashes}b` }],
      ["model-versions/create", { name: "m", source: `mlflow-artifacts:/x${slashes}b` }],
      ["model-versions/create", { name: "m", source: `models:/x${slashes}b` }],
    ] as const
  ) {
    const refused = await asked.send("POST", `${API}/${path}`, JSON.stringify(message));
    assert.ok([400, 404].includes(refused.status), `${path}: ${refused.status}`);
    await refused.body?.cancel();
  }
});

Deno.test("variables name the address and no run", () => {
  const variables = mlflowVariables({ url: "http://127.0.0.1:9", token: "t" });

  assert.equal(variables.MLFLOW_TRACKING_URI, "http://127.0.0.1:9");
  assert.equal(variables.MLFLOW_TRACKING_TOKEN, "t");
  assert.ok(!("MLFLOW_RUN_ID" in variables));
});
