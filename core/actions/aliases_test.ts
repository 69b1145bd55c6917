import assert from "node:assert/strict";
import { AeroError } from "../errors.ts";
import { TestProject } from "../../tests/support/open_project.ts";
import { listAliases, removeAlias, setAlias } from "./aliases.ts";
import { storeData } from "./store_data.ts";

async function withVersions(count: number): Promise<TestProject> {
  const project = new TestProject({ storage: "memory" });
  project.commit({});
  const path = project.git.beside("counts.csv");
  for (let i = 1; i <= count; i++) {
    Deno.writeTextFileSync(path, `${i}\n`);
    await project.use((_, app) => storeData(app, path, { name: "counts" }));
  }
  return project;
}

function withCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof AeroError && error.code === code;
}

Deno.test("an alias is set, moved, listed and removed", async () => {
  await using project = await withVersions(2);

  const first = await project.use((_, app) => setAlias(app, "counts@golden", ":v1"));
  const moved = await project.use((_, app) => setAlias(app, "counts@golden", "v2"));
  const copied = await project.use((_, app) => setAlias(app, "counts@released", "@golden"));
  const listed = await project.use((_, app) => listAliases(app, undefined));
  const removed = await project.use((_, app) => removeAlias(app, "counts@golden"));
  const left = await project.use((_, app) => listAliases(app, "counts"));

  assert.deepEqual([first.label, first.before], ["v1", undefined]);
  assert.deepEqual([moved.label, moved.before], ["v2", "v1"]);
  assert.equal(copied.label, "v2");
  assert.deepEqual(listed.map(({ alias, label }) => [alias, label]), [["golden", "v2"], ["released", "v2"]]);
  assert.equal(removed.label, "v2");
  assert.deepEqual(left.map(({ alias }) => alias), ["released"]);
});

for (
  const [alias, version, code] of [
    ["counts", "v1", "alias_unnamed"],
    ["counts:v1", "v1", "alias_unnamed"],
    ["counts@golden", "v9", "label_not_found"],
    ["count@golden", "v1", "artifact_not_found"],
    ["counts@a/b", "v1", "name_invalid"],
  ] as const
) {
  Deno.test(`the alias ${alias} for ${version} is refused as ${code}`, async () => {
    await using project = await withVersions(1);

    await assert.rejects(project.use((_, app) => setAlias(app, alias, version)), withCode(code));
    assert.deepEqual(await project.use((_, app) => listAliases(app, undefined)), []);
  });
}

Deno.test("an alias that is not there cannot be removed", async () => {
  await using project = await withVersions(1);

  await assert.rejects(
    project.use((_, app) => removeAlias(app, "counts@golden")),
    withCode("alias_not_found"),
  );
});
