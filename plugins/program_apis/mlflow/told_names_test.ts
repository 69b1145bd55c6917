import assert from "node:assert/strict";
import { foldLogged } from "../../../core/model/logged.ts";
import { AskedMlflow } from "../../../tests/support/asked_mlflow.ts";
import { ToldNames } from "./told_names.ts";

Deno.test("what begins like a further run has a name of its own, always the same", () => {
  let made = 1;
  const names = new ToldNames((part) => `${part}-${++made}`);

  assert.equal(names.of("child/a"), "child/a");
  names.reserve("run");
  const called = ["loss", "run", "run/a", "run/a/b", "run/c", "runs/a", "run-2/a", "/a"].map((name) =>
    names.of(name)
  );

  assert.deepEqual(called, ["loss", "run", "run-2/a", "run-2/a/b", "run-2/c", "runs/a", "run-2-3/a", "/a"]);
});

Deno.test("no metric, param or tag of the first run stands among those of a further one", async () => {
  await using asked = await AskedMlflow.open();
  const main = await asked.begin();
  const log = async (run: string, name: string, value: number) => {
    await asked.post("runs/log-batch", {
      "run_id": run,
      metrics: [{ key: name, value, timestamp: 1, step: 0 }],
      params: [{ key: name, value: String(value) }],
      tags: [{ key: name, value: String(value) }],
    });
  };
  await log(main, "child-2/a", 1);
  await asked.post("runs/set-tag", { "run_id": main, key: "late/a", value: "2" });
  const child = await asked.begin({ "run_name": "child" }), late = await asked.begin({ "run_name": "late" });
  await log(child, "a", 3);
  await log(late, "a", 4);
  await log(main, "child/a", 5);
  await log(main, "child/b", 6);
  await asked.post("runs/delete-tag", { "run_id": main, key: "child/b" });
  const further = await asked.begin({ "run_name": "child" });
  await log(further, "a", 7);

  const wanted = {
    "child-2/a": 1,
    "child/a": 3,
    "late-2/a": 4,
    "child-3/a": 5,
    "child-3/b": 6,
    "child-4/a": 7,
  };
  assert.deepEqual(
    asked.log.points.map(({ values }) => values),
    Object.entries(wanted).map((entry) => Object.fromEntries([entry])),
  );
  const { params, tags } = foldLogged(asked.log.facts)!;
  const texts = Object.fromEntries(Object.entries(wanted).map(([name, value]) => [name, String(value)]));
  assert.deepEqual(params, texts);
  const { "child-3/b": _, ...left } = texts;
  assert.deepEqual(tags, { ...left, "late/a": "2" });
  const { run: { data } } = await asked.get(`/api/2.0/mlflow/runs/get?run_id=${main}`);
  assert.deepEqual(data.metrics.map(({ key }: { key: string }) => key), ["child-2/a", "child/a", "child/b"]);
});
