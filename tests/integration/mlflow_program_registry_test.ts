import assert from "node:assert/strict";
import { foldLogged } from "../../core/model/logged.ts";
import { ran, withBoth } from "../support/mlflow_clients.ts";

withBoth("models are registered, found, and loaded by version, alias and stage", async (served, major) => {
  await ran(
    served,
    major,
    `
import mlflow, numpy
from mlflow.exceptions import MlflowException
from sklearn.linear_model import LinearRegression

client = mlflow.MlflowClient()
three = mlflow.__version__ >= "3"
x = numpy.array([[1.0], [2.0], [3.0]])
known = {"pip_requirements": [], "name" if three else "artifact_path": "linear"}
if three:
    known["serialization_format"] = "cloudpickle"

def predicted(uri):
    return round(float(mlflow.pyfunc.load_model(uri).predict(numpy.array([[4.0]]))[0]))

def refused(do):
    try:
        do()
    except MlflowException as error:
        return f"{error.error_code}: {error}"
    raise AssertionError("nothing was refused")

assert client.search_registered_models() == []
assert "make it an input of the stage" in refused(lambda: mlflow.pyfunc.load_model("models:/earlier/Production"))

with mlflow.start_run() as run:
    for factor in (2, 3):
        model = LinearRegression().fit(x, factor * x[:, 0])
        info = mlflow.sklearn.log_model(model, registered_model_name="rentals", **known)
        assert int(info.registered_model_version) == factor - 1, info
    by_hand = mlflow.register_model(f"runs:/{run.info.run_id}/linear", "by hand", tags={"checked": "yes"})
assert (int(by_hand.version), by_hand.run_id, by_hand.tags) == (1, run.info.run_id, {"checked": "yes"}), by_hand

client.set_registered_model_alias("rentals", "champion", "2")
assert client.get_model_version_by_alias("rentals", "champion").aliases == ["champion"]
client.set_model_version_tag("rentals", "2", "state", "approved")
client.set_model_version_tag("rentals", "2", "gone", "x")
client.delete_model_version_tag("rentals", "2", "gone")
client.set_registered_model_tag("rentals", "task", "regression")
client.set_registered_model_tag("rentals", "gone", "x")
client.delete_registered_model_tag("rentals", "gone")
client.update_registered_model("rentals", "hourly rentals")
client.update_model_version("rentals", "2", "the slope is 3")
client.transition_model_version_stage("rentals", "1", "Production")
moved = client.transition_model_version_stage("rentals", "2", "production", archive_existing_versions=True)
assert moved.current_stage == "Production", moved
assert client.get_model_version("rentals", "1").current_stage == "Archived"

for uri in ("models:/rentals/2", "models:/rentals@champion", "models:/rentals/latest", "models:/rentals/Production", "models:/by hand/1"):
    assert predicted(uri) == 12, uri
assert predicted("models:/rentals/1") == (8 if three else 12), "MLflow 2 has one path for both"

copied = client.copy_model_version("models:/rentals/2", "copied")
assert predicted("models:/copied/1") == 12 and copied.run_id == run.info.run_id
again = mlflow.register_model("models:/copied/1", "again")
assert predicted(f"models:/again/{again.version}") == 12

assert [model.name for model in client.search_registered_models()] == ["again", "by hand", "copied", "rentals"]
found = client.search_registered_models("name LIKE 'rent%'")[0]
assert (found.description, found.tags) == ("hourly rentals", {"task": "regression"}), found
assert [(alias, int(version)) for alias, version in found.aliases.items()] == [("champion", 2)], found
assert sorted((v.current_stage, int(v.version)) for v in found.latest_versions) == [("Archived", 1), ("Production", 2)], found
versions = client.search_model_versions(f"name = 'rentals' and run_id = '{run.info.run_id}'", order_by=["version_number ASC"])
assert [int(version.version) for version in versions] == [1, 2], versions
assert versions[1].tags == {"state": "approved"} and versions[1].description == "the slope is 3"
assert len(mlflow.search_model_versions(filter_string="name = 'rentals'")) == 2
assert {version.name for version in client.search_model_versions("tag.state = 'approved'")} == {"rentals", "copied"}

client.rename_registered_model("again", "renamed")
client.delete_model_version("renamed", "1")
assert "not found" in refused(lambda: client.get_model_version("renamed", "1"))
assert client.get_registered_model("copied").latest_versions[0].tags == {"state": "approved"}
client.delete_registered_model("copied")
client.set_registered_model_alias("rentals", "old", "1")
client.delete_registered_model_alias("rentals", "old")
assert "RESOURCE_ALREADY_EXISTS" in refused(lambda: client.create_registered_model("rentals"))
assert "Invalid model version source" in refused(lambda: client.create_model_version("rentals", "/tmp", None))

mlflow.sklearn.autolog(registered_model_name="logged by itself")
LinearRegression().fit(x, x[:, 0])
assert predicted("models:/logged by itself/1") == 4
`,
  );

  const { tags } = foldLogged(served.log.facts)!;
  const told = Object.entries(tags).filter(([name]) => name.startsWith("registered_model."));
  assert.deepEqual(Object.fromEntries(told), {
    "registered_model.rentals": "hourly rentals",
    "registered_model.rentals/tag.task": "regression",
    "registered_model.rentals/champion": "v2",
    "registered_model.rentals/v1": major === 3 ? "linear-2" : "linear",
    "registered_model.rentals/v1/stage": "Archived",
    "registered_model.rentals/v2": "linear",
    "registered_model.rentals/v2/stage": "Production",
    "registered_model.rentals/v2/description": "the slope is 3",
    "registered_model.rentals/v2/tag.state": "approved",
    "registered_model.by hand/v1": "linear",
    "registered_model.by hand/v1/tag.checked": "yes",
    "registered_model.logged by itself/v1": "run-2/model",
  });
  const paths = await served.log.paths();
  for (const [name, place] of told) {
    if (/\/v\d+$/.test(name)) assert.ok(paths.includes(`${place}/MLmodel`), `${name} is not in ${paths}`);
  }
  assert.ok(!served.refused.some((refused) => refused.startsWith("5")), String(served.refused));
});
