import assert from "node:assert/strict";
import { type Answer, API, AskedMlflow } from "../../../tests/support/asked_mlflow.ts";

async function refusal(response: Response): Promise<[number, string]> {
  return [response.status, (await response.json()).error_code];
}

Deno.test("experiments are made, renamed, tagged, deleted and restored, for the program alone", async () => {
  await using asked = await AskedMlflow.open();
  const { experiment_id: id } = await asked.post("experiments/create", {
    name: "first",
    tags: [{ key: "a", value: "b" }],
  });
  const one = { "experiment_id": id };

  await asked.post("experiments/update", { ...one, "new_name": "renamed" });
  await asked.post("experiments/set-experiment-tag", { ...one, key: "c", value: "d" });
  await asked.post("experiments/delete-experiment-tag", { ...one, key: "a" });
  await asked.post("experiments/delete", one);
  const deleted = await asked.send("POST", `${API}/runs/create`, JSON.stringify(one));
  await asked.post("experiments/restore", one);

  assert.deepEqual(await refusal(deleted), [400, "INVALID_PARAMETER_VALUE"]);
  const { experiment } = await asked.get(`${API}/experiments/get-by-name?experiment_name=renamed`);
  assert.deepEqual([experiment.experiment_id, experiment.lifecycle_stage, experiment.tags], [id, "active", [
    { key: "c", value: "d" },
  ]]);
  assert.deepEqual([asked.log.facts, asked.log.points], [[], []]);
});

Deno.test("a name is that of one experiment", async () => {
  await using asked = await AskedMlflow.open();
  const { experiment_id: id } = await asked.post("experiments/create", { name: "first" });

  const again = await asked.send("POST", `${API}/experiments/create`, '{"name":"first"}');
  const renamed = await asked.send(
    "POST",
    `${API}/experiments/update`,
    JSON.stringify({ "experiment_id": id, "new_name": "Default" }),
  );

  assert.deepEqual(await refusal(again), [400, "RESOURCE_ALREADY_EXISTS"]);
  assert.deepEqual(await refusal(renamed), [400, "RESOURCE_ALREADY_EXISTS"]);
});

Deno.test("experiments are found by name, tag and stage, in pages", async () => {
  await using asked = await AskedMlflow.open();
  for (const name of ["a1", "a2", "b"]) {
    await asked.post("experiments/create", { name, tags: [{ key: "in", value: name[0] }] });
  }
  await asked.post("experiments/delete", { "experiment_id": "3" });
  const found = async (fields: Record<string, unknown>) => {
    const { experiments } = await asked.post("experiments/search", fields);
    return experiments.map(({ name }: Answer) => name);
  };

  assert.deepEqual(await found({}), ["a2", "a1", "Default"]);
  assert.deepEqual(await found({ filter: "name LIKE 'a%'", "order_by": ["name ASC"] }), ["a1", "a2"]);
  assert.deepEqual(await found({ filter: "tags.in = 'b'", "view_type": "ALL" }), ["b"]);
  assert.deepEqual(await found({ "view_type": "DELETED_ONLY" }), ["b"]);
  assert.deepEqual(await found({ filter: "creation_time > 0", "order_by": ["experiment_id"] }), [
    "Default",
    "a1",
    "a2",
  ]);
  const first = await asked.get(`${API}/experiments/search?max_results=2&view_type=1`);
  const second = await asked.get(
    `${API}/experiments/search?max_results=2&page_token=${first.next_page_token}`,
  );
  assert.deepEqual([first, second].map(({ experiments }) => experiments.length), [2, 1]);
  for (const filter of ["colour = 'red'", "metrics.a > 1"]) {
    const refused = await asked.send("POST", `${API}/experiments/search`, JSON.stringify({ filter }));
    assert.deepEqual(await refusal(refused), [400, "INVALID_PARAMETER_VALUE"]);
  }
});
