import assert from "node:assert/strict";
import fc from "fast-check";
import { API, AskedMlflow, FILES } from "../../../tests/support/asked_mlflow.ts";

for (
  const [method, path, status, code] of [
    ["POST", `${API}/registered-models/create`, 400, "BAD_REQUEST"],
    ["GET", `${API}/model-versions/get?name=a&version=1`, 404, "RESOURCE_DOES_NOT_EXIST"],
    ["GET", `${API}/registered-models/everything`, 404, "ENDPOINT_NOT_FOUND"],
    ["POST", "/api/3.0/mlflow/traces", 501, "NOT_IMPLEMENTED"],
    ["POST", "/v1/traces", 501, "NOT_IMPLEMENTED"],
    ["POST", "/api/2.0/mlflow-artifacts/mpu/create/0/x/artifacts/y", 501, "NOT_IMPLEMENTED"],
    ["GET", `${API}/nothing/here`, 404, "ENDPOINT_NOT_FOUND"],
    ["DELETE", `${API}/runs/get`, 404, "ENDPOINT_NOT_FOUND"],
    ["GET", "/", 404, "ENDPOINT_NOT_FOUND"],
    ["GET", `${API}/runs/get?run_id=none`, 404, "RESOURCE_DOES_NOT_EXIST"],
    ["GET", `${API}/experiments/get-by-name?experiment_name=none`, 404, "RESOURCE_DOES_NOT_EXIST"],
    ["POST", `${API}/runs/create`, 400, "BAD_REQUEST"],
    ["GET", `${FILES}/0/none/artifacts/x`, 404, "RESOURCE_DOES_NOT_EXIST"],
    ["GET", `${FILES}/%ff`, 404, "ENDPOINT_NOT_FOUND"],
  ] as const
) {
  Deno.test(`${method} ${path} is refused with ${code}`, async () => {
    await using asked = await AskedMlflow.open();

    const response = await asked.send(method, path, method === "POST" ? "{" : undefined);

    const document = await response.json();
    assert.deepEqual([response.status, document.error_code], [status, code]);
    assert.ok(document.message.length > 10);
  });
}

const ATTACKS = [
  "..%2f..%2fetc%2fx",
  "a%2f..%2f..%2fx",
  "%2e%2e%2fx",
  "a%00b",
  "%2fetc%2fpasswd",
  "a%2f%2fb",
  "a%2f.",
];

Deno.test("no artifact is put, read, listed or removed outside of the run", async () => {
  await using asked = await AskedMlflow.open();
  const run = await asked.begin();
  const around = `${asked.log.files}/..`;
  const before = [...Deno.readDirSync(around)].length;

  for (const path of ATTACKS) {
    for (const method of ["PUT", "GET", "DELETE"]) {
      const response = await asked.send(
        method,
        `${FILES}/0/${run}/artifacts/${path}`,
        method === "PUT" ? "x" : undefined,
      );
      assert.ok([400, 404].includes(response.status), `${method} ${path}: ${response.status}`);
      await response.body?.cancel();
    }
    for (
      const query of [
        `${API}/artifacts/list?run_id=${run}&path=${path}`,
        `${FILES}?path=0/${run}/artifacts/${path}`,
      ]
    ) {
      const response = await asked.send("GET", query);
      assert.ok(response.status === 400, `${query}: ${response.status}`);
      await response.body?.cancel();
    }
  }

  assert.deepEqual(await asked.log.paths(), []);
  assert.equal([...Deno.readDirSync(around)].length, before);
});

const ENDPOINTS = [
  "experiments/get-by-name",
  "experiments/get",
  "experiments/create",
  "experiments/update",
  "experiments/delete",
  "experiments/search",
  "experiments/set-experiment-tag",
  "runs/create",
  "runs/get",
  "runs/update",
  "runs/search",
  "runs/log-parameter",
  "runs/log-metric",
  "runs/log-batch",
  "runs/set-tag",
  "runs/delete-tag",
  "runs/log-inputs",
  "runs/outputs",
  "runs/log-model",
  "metrics/get-history",
  "artifacts/list",
  "logged-models",
  "logged-models/search",
  "logged-models/m-1",
  "logged-models/m-1/tags",
  "registered-models/create",
  "registered-models/get",
  "registered-models/search",
  "registered-models/rename",
  "registered-models/update",
  "registered-models/delete",
  "registered-models/get-latest-versions",
  "registered-models/set-tag",
  "registered-models/delete-tag",
  "registered-models/alias",
  "model-versions/create",
  "model-versions/get",
  "model-versions/search",
  "model-versions/get-download-uri",
  "model-versions/update",
  "model-versions/delete",
  "model-versions/set-tag",
  "model-versions/delete-tag",
  "model-versions/transition-stage",
  "traces",
];

const NAMES = [
  ...[
    "run_id",
    "run_uuid",
    "experiment_id",
    "experiment_ids",
    "name",
    "key",
    "value",
    "timestamp",
    "step",
    "tags",
  ],
  ...[
    "params",
    "metrics",
    "datasets",
    "dataset",
    "models",
    "filter",
    "order_by",
    "max_results",
    "page_token",
    "path",
  ],
  ...[
    "run_view_type",
    "view_type",
    "status",
    "run_name",
    "model_json",
    "metric_key",
    "source_run_id",
    "__proto__",
  ],
  ...[
    "new_name",
    "version",
    "alias",
    "source",
    "stage",
    "stages",
    "description",
  ],
];

Deno.test("no request makes it fail, and what is told can always be journalled", async () => {
  await using asked = await AskedMlflow.open();
  const run = await asked.begin();
  const leaf = fc.oneof(
    fc.constantFrom<unknown>(
      run,
      "0",
      "a",
      "",
      null,
      true,
      NaN,
      -1,
      2 ** 70,
      "Infinity",
      "\ud800",
      "../x",
      "metrics.a > 1",
    ),
    fc.string(),
    fc.double(),
  );
  const { message } = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, leaf, tie("message"), fc.array(tie("value"), { maxLength: 3 })),
    message: fc.array(fc.tuple(fc.constantFrom(...NAMES), tie("value")), { maxLength: 8 })
      .map((fields) => Object.fromEntries(fields)),
  }));
  const withRun = message.map((fields) => ({ ...(fields as object), run_id: run }));
  const entry = fc.record({ key: leaf, value: leaf, timestamp: leaf, step: leaf }, { requiredKeys: ["key"] });
  const batch = fc.record({
    "run_id": fc.constant(run),
    params: fc.array(entry, { maxLength: 2 }),
    metrics: fc.array(entry, { maxLength: 2 }),
    tags: fc.array(entry, { maxLength: 2 }),
  }, { requiredKeys: ["run_id"] });
  const body = fc.oneof(
    fc.oneof(message, withRun).map((value) => JSON.stringify(value)),
    fc.json(),
    fc.string(),
  );
  const method = fc.constantFrom("POST", "POST", "POST", "GET", "PATCH", "DELETE", "PUT", "OPTIONS");
  const request = fc.oneof(
    fc.tuple(method, fc.constantFrom(...ENDPOINTS), body),
    fc.tuple(fc.constant("POST"), fc.constant("runs/log-batch"), batch.map((value) => JSON.stringify(value))),
  );

  await fc.assert(
    fc.asyncProperty(request, async ([method, endpoint, body]) => {
      const query = method === "GET"
        ? `?${new URLSearchParams({ run_id: run, path: body, filter: body })}`
        : "";
      const response = await asked.send(
        method,
        `${API}/${endpoint}${query}`,
        method === "GET" ? undefined : body,
      );
      const answer = await response.json();
      assert.notEqual(answer.error_code, "INTERNAL_ERROR", answer.message);
      assert.equal("error_code" in answer, response.status !== 200);
    }),
    { numRuns: 2000 },
  );

  for (const { at, step, values } of asked.log.points) {
    assert.ok(Number.isFinite(at) && Number.isFinite(step));
    assert.ok(Object.keys(values).length > 0 && Object.keys(values).every((name) => name.isWellFormed()));
  }
  for (const facts of asked.log.facts) {
    const { tags = {}, params = {} } = facts;
    const texts = [...Object.entries(tags), ...Object.entries(params)].flat();
    assert.ok(texts.every((text) => text === null || (typeof text === "string" && text.isWellFormed())));
  }
});
