import assert from "node:assert/strict";
import type { Document } from "mongodb";
import { filesOf } from "../../core/model/manifest.ts";
import { getManifest } from "../../core/store/tree.ts";
import { subjectOrSkip } from "../support/must_run.ts";
import { TestProject } from "../support/open_project.ts";
import { BASE_IMAGE, podman, podmanOrSkip } from "../support/podman.ts";
import { openTestMongo } from "../support/sacred_subject.ts";

const SITE = new URL("../support/mlflow_site.py", import.meta.url).pathname;
const PACKAGES = ["mlflow", "mlflow-skinny", "scikit-learn", "pandas"];

const podmanHere = await podmanOrSkip();
/** Its packages are for one version of Python, which must be that of the image. */
const mlflowHere = podmanHere === undefined ? undefined : await subjectOrSkip("mlflow3", async () => {
  const python = Deno.env.get("AERO_TEST_MLFLOW3_PYTHON");
  if (python === undefined) throw new TypeError("AERO_TEST_MLFLOW3_PYTHON is not set");
  const script = "import sys; print(*sys.version_info[:2])";
  const { stdout } = await new Deno.Command(python, { args: ["-c", script] }).output();
  const inside = await podman("run", "--rm", "--network=none", BASE_IMAGE, "python3", "-c", script);
  assert.equal(new TextDecoder().decode(stdout).trim(), inside, "Python is another one in the image");
  return python;
});
const mongoHere = await subjectOrSkip("mongo", async () => {
  await using mongo = await openTestMongo();
  return mongo.uri;
});

/** A script as its users have it: nothing in it knows of aero. */
const TRAIN = `
import mlflow
from sklearn.datasets import load_diabetes
from sklearn.ensemble import RandomForestRegressor
from sklearn.metrics import mean_squared_error
from sklearn.model_selection import train_test_split

mlflow.set_experiment("diabetes")
mlflow.autolog()

X, y = load_diabetes(return_X_y=True, as_frame=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=7)
with mlflow.start_run(run_name="forest"):
    model = RandomForestRegressor(n_estimators=20, max_depth=4, random_state=7)
    model.fit(X_train, y_train)
    mlflow.set_tag("team", "bikes")
    mlflow.log_param("source", "diabetes")
    for step, tree in enumerate(model.estimators_):
        mlflow.log_metric("by_tree", mean_squared_error(y_test, tree.predict(X_test.values)), step=step)
    mlflow.log_metric("rmse", mean_squared_error(y_test, model.predict(X_test)) ** 0.5)
    mlflow.log_text("a forest of 20", "notes/forest.txt")
`;

/** An image with scikit-learn and the MLflow of the services, from their own packages: no network is needed. */
async function imageWith(python: string): Promise<{ name: string } & AsyncDisposable> {
  const name = `localhost/aero-test-mlflow:${crypto.randomUUID().slice(0, 8)}`;
  const context = await Deno.makeTempDir();
  try {
    const { success, stderr } = await new Deno.Command(python, {
      args: [SITE, `${context}/site.tar`, ...PACKAGES],
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    await Deno.writeTextFile(
      `${context}/Dockerfile`,
      `FROM ${BASE_IMAGE}\nADD site.tar /usr/lib/python3/dist-packages/\n`,
    );
    await podman("build", "--quiet", "--tag", name, context);
  } finally {
    await Deno.remove(context, { recursive: true });
  }
  return { name, [Symbol.asyncDispose]: async () => void await podman("image", "rm", "--force", name) };
}

Deno.test({
  name:
    "a script with mlflow.autolog(), unchanged and without a network, is recorded, and shows up in Sacred",
  ignore: mlflowHere === undefined || "skipped" in mlflowHere || "skipped" in mongoHere,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    if (mlflowHere === undefined || "skipped" in mlflowHere) return;
    await using mongo = await openTestMongo();
    await using image = await imageWith(mlflowHere.subject);
    await using test = new TestProject({ env: { TEST_URI: mongo.uri } });
    test.commit({
      trackers: [{ use: "sacred", uri_variable: "TEST_URI", database: mongo.database }],
      environment: { use: "podman", image: image.name },
      stages: {
        train: { command: "python3 train.py", outputs: ["model"], tolerance: { "*": "1%" } },
      },
    }, { "train.py": TRAIN });
    const built = await test.aero(["build"]);
    assert.equal(built.code, 0, built.err());
    test.git.commit();

    const { code, out, err } = await test.aero(["--json", "run"]);
    assert.equal(code, 0, err());
    const { run } = JSON.parse(out().trim().split("\n").at(-1)!);
    const judged = await test.aero(["--json", "verify", run]);

    const { record, files } = await test.use(async ({ services }) => {
      const record = (await services.archive.getRecord("toy", run))!;
      const files = async (output: string) => {
        const manifest = await getManifest(services.store, record.outputs[output]!.manifest);
        return filesOf(manifest).map(({ path }): string => path);
      };
      return { record, files: { model: await files("model"), rest: await files("train_mlflow") } };
    });
    assert.equal(record.grade, "reproducible");
    assert.ok(files.model.includes("MLmodel") && files.model.includes("model.pkl"), files.model.join());
    assert.ok(files.rest.includes("notes/forest.txt"), files.rest.join());
    const { n_estimators: trees, max_depth: depth, source } = record.logged!.params;
    assert.deepEqual({ trees, depth, source }, { trees: "20", depth: "4", source: "diabetes" });
    assert.equal(record.logged!.tags.team, "bikes");
    assert.ok(Number(record.metrics.training_r2_score) > 0.3);
    assert.ok(Number(record.metrics.rmse) > 0);

    const database = mongo.client.db(mongo.database);
    const document = await database.collection("runs").findOne({ "aero.run": run }) as Document;
    assert.equal(document.status, "COMPLETED");
    assert.equal(document.config.n_estimators, "20");
    assert.ok(document.omniboard.tags.includes("team=bikes"));
    const artifacts = document.artifacts.map(({ name }: Document) => name);
    assert.ok(artifacts.includes("model.json") && artifacts.includes("train_mlflow.json"), artifacts.join());
    const series = await database.collection("metrics").findOne({
      run_id: document._id,
      name: "by_tree",
    }) as Document;
    assert.deepEqual(series.steps, Array.from({ length: 20 }, (_, step) => step));

    // The model's own files hold times and random names: its metrics vouch for it, within what the stage allows.
    assert.equal(judged.code, 0, judged.err());
    const verdict = JSON.parse(judged.out());
    assert.equal(verdict.verdict, "within_tolerance");
    assert.deepEqual(verdict.differences.map(({ output }: Document) => output), ["model"]);
  },
});
