import assert from "node:assert/strict";
import { ran, toldParams, withBoth } from "../support/mlflow_clients.ts";

withBoth("a script of scikit-learn with autologging needs no change", async (served, major) => {
  await ran(
    served,
    major,
    `
import mlflow
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV

x, y = load_iris(return_X_y=True)
mlflow.autolog()
model = LogisticRegression(max_iter=200).fit(x, y)
model.score(x, y)
run = mlflow.last_active_run()
loaded = mlflow.sklearn.load_model(f"runs:/{run.info.run_id}/model")
assert (loaded.predict(x) == model.predict(x)).all()

mlflow.autolog(log_models=False)
GridSearchCV(LogisticRegression(max_iter=200), {"C": [0.1, 1.0]}, cv=2).fit(x, y)
search = mlflow.last_active_run()
children = mlflow.search_runs(filter_string=f"tags.mlflow.parentRunId = '{search.info.run_id}'")
assert len(children) == 2, children
`,
  );

  const params = toldParams(served);
  const names = new Set(served.log.points.flatMap(({ values }) => Object.keys(values)));
  assert.equal(params.max_iter, "200");
  assert.deepEqual([params["run-3/C"], params["run-4/C"]].sort(), ["0.1", "1.0"]);
  for (
    const name of ["training_score", "run-2/best_cv_score", "run-3/mean_test_score", "run-4/mean_test_score"]
  ) {
    assert.ok(names.has(name), `${name} is none of ${[...names]}`);
  }
  const paths = await served.log.paths();
  for (const path of ["model/MLmodel", "model/model.pkl", "estimator.html", "run-2/cv_results.csv"]) {
    assert.ok(paths.includes(path), `${path} is none of ${paths}`);
  }
  assert.ok(served.log.facts.some(({ inputs }) => inputs?.[0]?.name === "dataset"));
  assert.ok(!served.refused.some((refused) => refused.startsWith("5")), String(served.refused));
});

withBoth(
  "a model is logged, and loaded by each of its names",
  async (served, major) => {
    await ran(
      served,
      major,
      `
import mlflow
import numpy
from sklearn.linear_model import LinearRegression

named = "name" if mlflow.__version__ >= "3" else "artifact_path"
x = numpy.array([[1.0], [2.0], [3.0]])
pickled = {"serialization_format": "cloudpickle"}
with mlflow.start_run() as run:
    for factor in (2, 3):
        model = LinearRegression().fit(x, factor * x[:, 0])
        info = mlflow.sklearn.log_model(model, **{named: "linear"}, **pickled)
    for uri in (info.model_uri, f"runs:/{run.info.run_id}/linear"):
        assert abs(mlflow.pyfunc.load_model(uri).predict([[4.0]])[0] - 12) < 1e-9, uri
    if named == "name":
        mlflow.log_metric("rmse", 0.5, step=2, model_id=info.model_id)
        logged = mlflow.get_logged_model(info.model_id)
        assert [(metric.key, metric.value) for metric in logged.metrics] == [("rmse", 0.5)], logged
        found = mlflow.search_logged_models(filter_string="metrics.rmse < 1", output_format="list")
        assert [model.model_id for model in found] == [info.model_id], found
        mlflow.set_logged_model_tags(info.model_id, {"a": "b"})
        assert mlflow.get_logged_model(info.model_id).tags["a"] == "b"
        mlflow.delete_logged_model_tag(info.model_id, "a")
        outputs = mlflow.get_run(run.info.run_id).outputs.model_outputs
        assert len(outputs) == 2 and outputs[1].model_id == info.model_id, outputs
        made = mlflow.initialize_logged_model(name="external", params={f"p{i}": str(i) for i in range(250)})
        mlflow.finalize_logged_model(made.model_id, "READY")
        assert len(mlflow.get_logged_model(made.model_id).params) == 250
        mlflow.MlflowClient().delete_logged_model(made.model_id)
`,
    );

    const paths = await served.log.paths();
    assert.ok(paths.includes("linear/MLmodel") && paths.includes("linear/model.pkl"), String(paths));
    assert.equal(paths.includes("linear-2/MLmodel"), major === 3);
  },
);

withBoth(
  "a large file comes whole, also if its client tries parts first, and can be deleted",
  async (served, major) => {
    await ran(
      served,
      major,
      `
import hashlib, os
import mlflow
from mlflow.artifacts import download_artifacts
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

content = os.urandom(1 << 20) * 48
with open("large", "wb") as file:
    file.write(content)
with mlflow.start_run() as run:
    mlflow.log_artifact("large", "checkpoints")
    path = download_artifacts(run_id=run.info.run_id, artifact_path="checkpoints/large")
    with open(path, "rb") as file:
        assert hashlib.sha256(file.read()).digest() == hashlib.sha256(content).digest()
    mlflow.log_text("x", "gone/x.txt")
    get_artifact_repository(run.info.artifact_uri).delete_artifacts("gone")
    assert [file.path for file in mlflow.MlflowClient().list_artifacts(run.info.run_id)] == ["checkpoints"]
`,
      { MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD: "true", MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE: "5000000" },
    );

    assert.deepEqual(await served.log.paths(), ["checkpoints/large"]);
    assert.equal((await Deno.stat(`${served.log.files}/checkpoints/large`)).size, 48 << 20);
    assert.ok([...served.seen].some((request) => request.includes("/mpu/create/")));
  },
);
