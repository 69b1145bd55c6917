import assert from "node:assert/strict";
import { TestProject } from "../../tests/support/open_project.ts";

function withData(): TestProject {
  const project = new TestProject();
  project.commit({});
  Deno.writeTextFileSync(project.git.beside("counts.csv"), "1\n");
  return project;
}

async function json(project: TestProject, ...args: string[]) {
  const { out, err, code } = await project.aero([...args, "--json"]);
  assert.equal(code, 0, err());
  return JSON.parse(out());
}

Deno.test("metadata is set when data is stored, its values read as params are", async () => {
  await using project = withData();
  const path = project.git.beside("counts.csv");

  await project.aero([
    "data",
    "add",
    path,
    "--name",
    "counts",
    "--set",
    "rows=1",
    "--set",
    "license=CC0-1.0",
  ]);
  const shown = await json(project, "artifact", "show", "counts");

  assert.deepEqual(shown.metadata, { license: "CC0-1.0", rows: 1 });
});

Deno.test("a note and metadata are given to a version later, and its label stays as it is", async () => {
  await using project = withData();
  const path = project.git.beside("counts.csv");
  await project.aero([
    "data",
    "add",
    path,
    "--name",
    "counts",
    "-m",
    "raw",
    "--set",
    "rows=1",
    "--set",
    "a.b=x",
  ]);
  const before = Deno.readTextFileSync(`${project.storagePath}/artifacts/toy/counts/v1.json`);

  await project.aero([
    "artifact",
    "note",
    "counts:v1",
    "checked by hand",
    "--set",
    "rows=2",
    "--unset",
    "a.b",
  ]);
  const shown = await json(project, "artifact", "show", "counts:v1");
  const logged = await json(project, "artifact", "log", "counts");
  const listed = await json(project, "artifact", "list");
  const page = (await project.aero(["artifact", "show", "counts"])).out();

  for (const item of [shown, logged, listed]) {
    assert.deepEqual([item.message, item.note, item.metadata], ["raw", "checked by hand", { rows: 2 }]);
  }
  assert.match(page, /note +checked by hand\n +meta +rows=2\n/);
  assert.equal(shown.annotations.length, 1);
  assert.equal(Deno.readTextFileSync(`${project.storagePath}/artifacts/toy/counts/v1.json`), before);
});

Deno.test("what is said of content that is stored already is noted on its version", async () => {
  await using project = withData();
  const add = ["data", "add", project.git.beside("counts.csv"), "--name", "counts"];
  await project.aero(add);

  await project.aero([...add, "-m", "all of 2012", "--set", "rows=1"]);
  const logged = await json(project, "artifact", "log", "counts");

  assert.deepEqual([logged.label, logged.note, logged.metadata], ["v1", "all of 2012", { rows: 1 }]);
});

Deno.test("what is said of an import by path is kept too", async () => {
  await using project = withData();
  const path = project.git.beside("counts.csv");

  await project.aero(["data", "import", path, "--name", "counts", "--set", "rows=1"]);

  assert.deepEqual((await json(project, "artifact", "show", "counts")).metadata, { rows: 1 });
});

Deno.test("a note on a version says what it has become, and nothing is written twice", async () => {
  await using project = withData();
  await project.aero(["data", "add", project.git.beside("counts.csv"), "--name", "counts"]);

  const first = await project.aero(["artifact", "note", "counts", "good", "--set", "rows=1"]);
  const again = await project.aero(["artifact", "note", "counts", "good", "--set", "rows=1"]);

  assert.equal(first.out(), "counts:v1  good\n  rows=1\n");
  assert.equal(again.out(), "Unchanged: counts:v1  good\n  rows=1\n");
  const kept = [...Deno.readDirSync(`${project.storagePath}/artifacts/toy/counts/v1.annotations`)];
  assert.equal(kept.length, 1);
});

for (
  const [what, args, message] of [
    ["nothing", ["counts"], /neither a note nor a field of metadata is given/],
    ["a field without a value", ["counts", "--set", "rows"], /a field of metadata is set by name=value/],
    ["a version that is not there", ["counts:v9", "x"], /Cannot find v9 of "counts"/],
  ] as const
) {
  Deno.test(`a note on a version that is about ${what} is refused`, async () => {
    await using project = withData();
    await project.aero(["data", "add", project.git.beside("counts.csv"), "--name", "counts"]);

    const { err, code } = await project.aero(["artifact", "note", ...args]);

    assert.equal(code, 2);
    assert.match(err(), message);
  });
}
