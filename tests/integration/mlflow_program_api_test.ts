import assert from "node:assert/strict";
import { ran, toldParams, withBoth } from "../support/mlflow_clients.ts";

withBoth(
  "the calls of a program that trains are told, and it reads back what it said",
  async (served, major) => {
    await ran(
      served,
      major,
      `
import math, os
import mlflow
import numpy, pandas
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot

mlflow.set_experiment("anything")
with mlflow.start_run(run_name="my run", description="a note", tags={"team": "a"}) as run:
    mlflow.log_param("lr", 0.1)
    mlflow.log_params({"depth": 3, "layers": [64, 64]})
    for step, value in enumerate([0.5, math.nan, math.inf, -math.inf]):
        mlflow.log_metric("loss", value, step=step)
    mlflow.log_metrics({"a": 1, "b": 2.5}, step=7)
    mlflow.set_tag("k", "v")
    mlflow.set_tags({"k2": 1, "k3": "x"})
    mlflow.delete_tag("k3")
    os.makedirs("d/e")
    for path in ("f.txt", "d/e/g.txt"):
        with open(path, "w") as file:
            file.write(path)
    mlflow.log_artifact("f.txt")
    mlflow.log_artifact("f.txt", "sub/dir")
    mlflow.log_artifacts("d", "dd")
    mlflow.log_dict({"a": 1}, "c/d.json")
    mlflow.log_text("tëxt", "t ext.txt")
    figure, axes = matplotlib.pyplot.subplots()
    mlflow.log_figure(figure, "plots/fig.png")
    mlflow.log_image(numpy.zeros((4, 4, 3), dtype=numpy.uint8), "img.png")
    mlflow.log_table({"a": [1, 2]}, "table.json")
    data = pandas.DataFrame({"x": [1.0, 2.0], "y": [0.0, 1.0]})
    mlflow.log_input(mlflow.data.from_pandas(data, source="https://example.org/d.csv", name="dd"), context="training")
    mlflow.log_param("lr", 0.1)
    try:
        mlflow.log_param("lr", 0.2)
        raise AssertionError("a param took another value")
    except mlflow.exceptions.MlflowException as error:
        assert error.error_code == "INVALID_PARAMETER_VALUE", error

client = mlflow.MlflowClient()
id = run.info.run_id
seen = client.get_run(id)
assert seen.info.status == "FINISHED" and seen.info.run_name == "my run", seen.info
assert seen.data.params == {"lr": "0.1", "depth": "3", "layers": "[64, 64]"}, seen.data.params
assert seen.data.metrics == {"loss": -math.inf, "a": 1.0, "b": 2.5}, seen.data.metrics
assert seen.data.tags["mlflow.note.content"] == "a note" and "k3" not in seen.data.tags, seen.data.tags
history = client.get_metric_history(id, "loss")
assert [str(point.value) for point in history] == ["0.5", "nan", "inf", "-inf"], history
assert [point.step for point in history] == [0, 1, 2, 3], history
listed = [file.path for file in client.list_artifacts(id)]
assert listed == ["c", "dd", "f.txt", "img.png", "plots", "sub", "t ext.txt", "table.json"], listed
assert [(file.path, file.file_size) for file in client.list_artifacts(id, "sub/dir")] == [("sub/dir/f.txt", 5)]
assert mlflow.artifacts.load_text(seen.info.artifact_uri + "/t ext.txt") == "tëxt"
assert mlflow.artifacts.load_dict(f"runs:/{id}/c/d.json") == {"a": 1}
with open(os.path.join(mlflow.artifacts.download_artifacts(run_id=id), "dd/e/g.txt")) as file:
    assert file.read() == "d/e/g.txt"
found = mlflow.search_runs(experiment_names=["anything"], filter_string="metrics.a >= 1 and tags.team = 'a'")
assert list(found.run_id) == [id], found
assert [input.dataset.name for input in seen.inputs.dataset_inputs] == ["dd"]
`,
    );

    const { points, facts } = served.log;
    assert.deepEqual(points.map(({ step, values }) => [step, values]), [
      [0, { loss: 0.5 }],
      [1, { loss: NaN }],
      [2, { loss: Infinity }],
      [3, { loss: -Infinity }],
      [7, { a: 1, b: 2.5 }],
    ]);
    assert.deepEqual(facts.filter(({ inputs }) => inputs === undefined), [
      { tags: { team: "a", "run_name": "my run" }, note: "a note" },
      { params: { lr: "0.1" } },
      { params: { depth: "3", layers: "[64, 64]" } },
      { tags: { k: "v" } },
      { tags: { k2: "1", k3: "x" } },
      { tags: { k3: null } },
    ]);
    const [input] = facts.flatMap(({ inputs }) => inputs ?? []);
    assert.deepEqual([input?.name, input?.url], ["dd", "https://example.org/d.csv"]);
    assert.deepEqual(await served.log.paths(), [
      "c/d.json",
      "dd/e/g.txt",
      "f.txt",
      "img.png",
      "plots/fig.png",
      "sub/dir/f.txt",
      "t ext.txt",
      "table.json",
    ]);
    assert.deepEqual(served.refused, [
      "404 GET /api/2.0/mlflow/experiments/get-by-name",
      "400 POST /api/2.0/mlflow/runs/log-parameter",
    ]);
  },
);

withBoth(
  "runs within runs, of other processes and of the plain client are kept apart",
  async (served, major) => {
    await ran(
      served,
      major,
      `
import subprocess, sys
import mlflow
from mlflow.entities import Param

with mlflow.start_run(run_name="outer") as outer:
    mlflow.log_metric("loss", 1)
    for i in range(2):
        with mlflow.start_run(run_name="in/ner", nested=True) as inner:
            mlflow.log_param("i", i)
            mlflow.log_text(str(i), "a.txt")
            assert mlflow.artifacts.load_text(f"runs:/{inner.info.run_id}/a.txt") == str(i)
    mlflow.log_text("own", "in_ner/a.txt")
    assert mlflow.artifacts.load_text(f"runs:/{outer.info.run_id}/in_ner/a.txt") == "own"

child = """
import sys, mlflow
with mlflow.start_run(run_name="process"):
    mlflow.log_param("lr", sys.argv[1])
"""
for lr in ("0.1", "0.2"):
    subprocess.run([sys.executable, "-c", child, lr], check=True)

client = mlflow.MlflowClient()
experiment = client.create_experiment("other", tags={"a": "b"})
assert mlflow.set_experiment(experiment_id=experiment).name == "other"
client.set_experiment_tag(experiment, "c", "d")
client.rename_experiment(experiment, "renamed")
assert client.get_experiment_by_name("renamed").tags == {"a": "b", "c": "d"}
assert client.get_experiment_by_name("other") is None
assert [found.name for found in client.search_experiments(filter_string="name LIKE 'ren%'")] == ["renamed"]
run = client.create_run(experiment, run_name="by client").info.run_id
client.log_batch(run, params=[Param("p", "1")])
client.log_metric(run, "q", 1.5, step=3)
client.set_terminated(run, "FAILED")
assert client.get_run(run).info.status == "FAILED"
with mlflow.start_run(run_id=run):
    mlflow.log_metric("q", 1.0, step=4)
client.delete_run(run)
assert len(client.search_runs([experiment])) == 0
client.restore_run(run)
assert len(client.search_runs([experiment])) == 1
assert len(mlflow.search_runs(search_all_experiments=True)) == 6
client.delete_experiment(experiment)
client.restore_experiment(experiment)
`,
    );

    assert.deepEqual(toldParams(served), {
      "in_ner/i": "0",
      "in_ner-2/i": "1",
      "process/lr": "0.1",
      "process-2/lr": "0.2",
      "by client/p": "1",
    });
    assert.deepEqual(served.log.points.map(({ step, values }) => [step, values]), [
      [0, { loss: 1 }],
      [3, { "by client/q": 1.5 }],
      [4, { "by client/q": 1 }],
    ]);
    assert.deepEqual(await served.log.paths(), ["in_ner-2/a.txt", "in_ner-3/a.txt", "in_ner/a.txt"]);
  },
);

withBoth(
  "thousands of values, in batches and one by one without waiting, are told once each",
  async (served, major) => {
    await ran(
      served,
      major,
      `
import mlflow
from mlflow.entities import Metric

client = mlflow.MlflowClient()
with mlflow.start_run() as run:
    id = run.info.run_id
    metrics = [Metric(f"m{i % 10}", i / 2, 1000 + i, i) for i in range(10000)]
    for start in range(0, 10000, 1000):
        client.log_batch(id, metrics=metrics[start:start + 1000])
    client.log_batch(id, metrics=metrics[:1000])
    for step in range(100):
        mlflow.log_metric("later", step, step=step, synchronous=False)
    mlflow.log_params({f"p{i}": i for i in range(250)})
    mlflow.flush_async_logging()
    assert len(client.get_metric_history(id, "m3")) == 1000
    assert len(client.get_metric_history(id, "later")) == 100
    assert client.get_run(id).data.metrics["m9"] == 4999.5
`,
    );

    assert.equal(served.log.points.length, 10_100);
    assert.equal(Object.keys(toldParams(served)).length, 250);
  },
);

withBoth("a program that traces goes on without its traces", async (served, major) => {
  const printed = await ran(
    served,
    major,
    `
import mlflow

@mlflow.trace
def add(a, b):
    return a + b

mlflow.set_experiment("traced")
with mlflow.start_run():
    print(add(1, 2))
    mlflow.log_metric("sum", 3)
`,
  );

  assert.match(printed, /^3$/m);
  assert.deepEqual(served.log.points.map(({ values }) => values), [{ sum: 3 }]);
  assert.ok(served.refused.some((refused) => refused.startsWith("501") && refused.includes("traces")));
});
