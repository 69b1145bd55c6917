import assert from "node:assert/strict";
import fc from "fast-check";
import { foldLogged } from "../../../core/model/logged.ts";
import { type Answer, API, AskedMlflow } from "../../../tests/support/asked_mlflow.ts";

/** Tags of the run as they hold in the end. */
function told(asked: AskedMlflow): Readonly<Record<string, string>> {
  return foldLogged(asked.log.facts)?.tags ?? {};
}

async function refused(asked: AskedMlflow, path: string, message: unknown, method = "POST") {
  const response = await asked.send(method, `${API}/${path}`, JSON.stringify(message));
  const { error_code: code, message: text } = await response.json();
  assert.notEqual(response.status, 200, path);
  return { code, text };
}

Deno.test("the tag of a version says where its files are, also after they are renamed", async () => {
  await using asked = await AskedMlflow.open();
  const run = await asked.begin();
  await asked.post("registered-models/create", { name: "m" });
  for (let i = 1; i <= 3; i++) {
    const { model: { info } } = await asked.post("logged-models", {
      "experiment_id": "0",
      name: "forest",
      "source_run_id": run,
    });
    const id = info.model_id;
    await asked.put(`0/models/${id}/artifacts/MLmodel`, String(i));
    await asked.post(`logged-models/${id}`, { status: "LOGGED_MODEL_READY" }, "PATCH");
    if (i === 3) break;
    const { model_version: made } = await asked.post("model-versions/create", {
      name: "m",
      source: `models:/${id}`,
      "model_id": id,
    });
    assert.deepEqual([made.version, made.run_id, made.model_id, made.status], [String(i), run, id, "READY"]);
    const { artifact_uri: uri } = await asked.get(
      `${API}/model-versions/get-download-uri?name=m&version=${i}`,
    );
    assert.equal(uri, `mlflow-artifacts:/0/models/${id}/artifacts`);
  }

  assert.deepEqual(told(asked), { "registered_model.m/v1": "forest-2", "registered_model.m/v2": "forest-3" });
  assert.equal(await Deno.readTextFile(`${asked.log.files}/forest-2/MLmodel`), "1");
  assert.equal(await Deno.readTextFile(`${asked.log.files}/forest-3/MLmodel`), "2");
});

Deno.test("each address of a model is told as its place among the files, or as it is", async () => {
  await using asked = await AskedMlflow.open();
  const main = await asked.begin(), child = await asked.begin({ "run_name": "child" });
  await asked.put(`0/${child}/artifacts/deep/MLmodel`, "x");
  await asked.put(`0/${main}/artifacts/child/MLmodel`, "x");
  const { model: { info } } = await asked.post("logged-models", {
    "experiment_id": "0",
    name: "logged",
    "source_run_id": child,
  });
  await asked.post("registered-models/create", { name: "m" });
  const places: Record<string, string> = {
    [`runs:/${child}/deep`]: "child/deep",
    [`runs:/${child}/logged/`]: "child/logged",
    [`runs:/${main}/child`]: "child-2",
    [`runs:/${main}`]: ".",
    [`runs:/${main}/never`]: `runs:/${main}/never`,
    [`mlflow-artifacts:/0/${child}/artifacts/deep`]: "child/deep",
    [`mlflow-artifacts:/0/${child}/artifacts`]: "child",
    [`models:/${info.model_id}`]: "child/logged",
    "models:/m/1": "child/deep",
    "s3://bucket/model": "s3://bucket/model",
  };

  for (const source of Object.keys(places)) {
    await asked.post("model-versions/create", { name: "m", source });
  }

  assert.deepEqual(
    told(asked),
    Object.fromEntries(Object.values(places).map((place, i) => [`registered_model.m/v${i + 1}`, place])),
  );
  for (
    const source of [
      "/tmp/model",
      "file:///tmp/model",
      "model",
      "models:/m/99",
      "models:/m@none",
      "models:/m-none",
      "runs:/none/model",
      "runs:/",
      "mlflow-artifacts:/0/none/artifacts/x",
      `mlflow-artifacts:/0/${main}/artifacts/../x`,
    ]
  ) {
    const { code } = await refused(asked, "model-versions/create", { name: "m", source });
    assert.ok(["INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST"].includes(code), `${source}: ${code}`);
  }
  assert.equal(Object.keys(told(asked)).length, Object.keys(places).length);
});

Deno.test("a model of an earlier run is not there, and the refusal says how to get one", async () => {
  await using asked = await AskedMlflow.open();

  const response = await asked.send("GET", `${API}/registered-models/get-latest-versions?name=prod`);

  assert.equal(response.status, 404);
  assert.match((await response.json()).message, /begins empty.*make it an input of the stage/);
  assert.deepEqual(await asked.get(`${API}/registered-models/search`), { "registered_models": [] });
});

Deno.test("names and aliases that stand for something else are refused, and prompts are no models", async () => {
  await using asked = await AskedMlflow.open();
  await asked.post("registered-models/create", { name: "m" });
  await asked.post("model-versions/create", { name: "m", source: "s3://b/m" });

  for (const name of ["a/b", "a:b", " ", "", "..", "m"]) {
    await refused(asked, "registered-models/create", { name });
    await refused(asked, "registered-models/rename", { name: "m", "new_name": name });
  }
  for (const alias of ["latest", "LATEST", "v1", "V20", "a b", "a/b", "a.b", "", "x".repeat(256)]) {
    await refused(asked, "registered-models/alias", { name: "m", alias, version: "1" });
  }
  await refused(asked, "registered-models/alias", { name: "m", alias: "ok", version: "2" });
  const prompt = { name: "p", tags: [{ key: "mlflow.prompt.is_prompt", value: "true" }] };
  assert.equal((await refused(asked, "registered-models/create", prompt)).code, "NOT_IMPLEMENTED");
  assert.deepEqual(Object.keys(told(asked)), ["registered_model.m/v1"]);
});

Deno.test("what is deleted is told as gone; its number is not given again, and its files stay", async () => {
  await using asked = await AskedMlflow.open();
  const run = await asked.begin();
  await asked.put(`0/${run}/artifacts/model/MLmodel`, "x");
  const add = async () => {
    const message = { name: "m", source: `runs:/${run}/model` };
    return (await asked.post("model-versions/create", message)).model_version.version;
  };
  await asked.post("registered-models/create", { name: "m" });
  assert.deepEqual([await add(), await add()], ["1", "2"]);
  await asked.post("registered-models/alias", { name: "m", alias: "best", version: "2" });

  await asked.post("model-versions/delete", { name: "m", version: "2" }, "DELETE");

  assert.deepEqual(told(asked), { "registered_model.m/v1": "model" });
  assert.equal(await add(), "3");
  await asked.post("registered-models/delete", { name: "m" }, "DELETE");
  assert.deepEqual(told(asked), {});
  assert.deepEqual(await asked.log.paths(), ["model/MLmodel"]);
  await asked.post("registered-models/create", { name: "m" });
  assert.equal(await add(), "1");
});

Deno.test("versions come in pages, sorted and filtered", async () => {
  await using asked = await AskedMlflow.open();
  for (const name of ["b", "a"]) {
    await asked.post("registered-models/create", { name });
    for (const mark of ["x", "y"]) {
      const tags = [{ key: "mark", value: mark }];
      await asked.post("model-versions/create", { name, source: "s3://b/m", tags });
    }
  }
  const search = async (fields: Record<string, string>) => {
    const query = new URLSearchParams({ "order_by": "name ASC", ...fields });
    const answer = await asked.get(`${API}/model-versions/search?${query}`);
    return [
      ...answer.model_versions.map(({ name, version }: Answer) => name + version),
      answer.next_page_token,
    ];
  };

  assert.deepEqual(await search({ filter: "version_number > 1" }), ["a2", "b2", undefined]);
  assert.deepEqual(await search({ filter: "tags.mark = 'x' AND name = 'b'" }), ["b1", undefined]);
  assert.deepEqual(await search({ filter: "tag.`mlflow.prompt.is_prompt` = 'true'" }), [undefined]);
  assert.deepEqual(await search({ filter: "version_number = 1", "max_results": "1" }), ["a1", "1"]);
  const { registered_models: models } = await asked.get(`${API}/registered-models/search?order_by=name+DESC`);
  assert.deepEqual(models.map(({ name }: Answer) => name), ["b", "a"]);
  for (const filter of ["colour = 'red'", "params.a = '1'"]) {
    for (const what of ["model-versions", "registered-models"]) {
      const query = new URLSearchParams({ filter });
      const response = await asked.send("GET", `${API}/${what}/search?${query}`);
      assert.equal(response.status, 400, filter);
      await response.body?.cancel();
    }
  }
});

const STEPS = [
  ["POST", "registered-models/create"],
  ["POST", "registered-models/rename"],
  ["PATCH", "registered-models/update"],
  ["DELETE", "registered-models/delete"],
  ["POST", "registered-models/set-tag"],
  ["DELETE", "registered-models/delete-tag"],
  ["POST", "registered-models/alias"],
  ["DELETE", "registered-models/alias"],
  ["POST", "model-versions/create"],
  ["POST", "model-versions/create"],
  ["PATCH", "model-versions/update"],
  ["DELETE", "model-versions/delete"],
  ["POST", "model-versions/set-tag"],
  ["DELETE", "model-versions/delete-tag"],
  ["POST", "model-versions/transition-stage"],
] as const;

/** The tags that say what the API answers. */
async function answered(asked: AskedMlflow): Promise<Record<string, string>> {
  const tags: Record<string, string> = {};
  const own = (name: string, list: Answer) => {
    for (const { key, value } of list) tags[`${name}/tag.${key}`] = value;
  };
  const { registered_models: models } = await asked.get(`${API}/registered-models/search`);
  for (const { name, description, tags: list, aliases } of models) {
    if (description !== "") tags[`registered_model.${name}`] = description;
    own(`registered_model.${name}`, list);
    for (const { alias, version } of aliases) tags[`registered_model.${name}/${alias}`] = `v${version}`;
  }
  const { model_versions: versions } = await asked.get(`${API}/model-versions/search`);
  for (const { name, version, source, current_stage: stage, description, tags: list } of versions) {
    const at = `registered_model.${name}/v${version}`;
    tags[at] = source;
    if (stage !== "None") tags[`${at}/stage`] = stage;
    if (description !== "") tags[`${at}/description`] = description;
    own(at, list);
  }
  return tags;
}

Deno.test("whatever a program does, what is told in the end is what the registry has", async () => {
  const name = fc.constantFrom("a", "b", "a.v1", "__proto__");
  const message = fc.record({
    name,
    "new_name": name,
    version: fc.constantFrom("1", "2", "3"),
    key: fc.constantFrom("k", "stage", "v1"),
    value: fc.constantFrom("x", "y"),
    alias: fc.constantFrom("best", "stage", "description"),
    description: fc.constantFrom("", "good"),
    stage: fc.constantFrom("None", "staging", "Production", "archived"),
    "archive_existing_versions": fc.boolean(),
    source: fc.constant("s3://bucket/model"),
  });
  const steps = fc.array(fc.tuple(fc.constantFrom(...STEPS), message), { maxLength: 40 });

  await fc.assert(
    fc.asyncProperty(steps, async (steps) => {
      await using asked = await AskedMlflow.open();
      for (const name of ["a", "a.v1"]) {
        await asked.post("registered-models/create", { name });
        await asked.post("model-versions/create", { name, source: "s3://bucket/model" });
      }
      for (const [[method, path], fields] of steps) {
        const response = await asked.send(method, `${API}/${path}`, JSON.stringify(fields));
        assert.ok([200, 400, 404].includes(response.status), `${path}: ${response.status}`);
        await response.body?.cancel();
      }
      assert.deepEqual(new Map(Object.entries(told(asked))), new Map(Object.entries(await answered(asked))));
    }),
    { numRuns: 150 },
  );
});
