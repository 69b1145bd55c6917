/** What was stored once is relied on only while it is there, and a name means what its giver meant. */
import assert from "node:assert/strict";
import { objectKey, recordKey } from "../core/store/keys.ts";
import { TestProject } from "./support/open_project.ts";

const STAGE = {
  stages: {
    copy: {
      command: ["sh", "-c", 'cat "$AERO_INPUTS"/raw/* > "$AERO_OUTPUTS/copied/all"'],
      inputs: { raw: "raw" },
      outputs: ["copied"],
    },
  },
};

/** A project in which `copy` has been run once on `raw:v1`. */
async function began(): Promise<TestProject> {
  const test = new TestProject();
  test.commit(STAGE, { ".gitignore": "data\n" });
  await add(test, "first");
  const { code, err } = await test.aero(["run"]);
  assert.equal(code, 0, err());
  return test;
}

/** Adds a file with this content as the newest `raw`; its label. */
async function add(test: TestProject, content: string): Promise<string> {
  Deno.mkdirSync(`${test.root}/data`, { recursive: true });
  Deno.writeTextFileSync(`${test.root}/data/rows.csv`, content);
  const { code, out, err } = await test.aero(["--json", "data", "add", "data", "--name", "raw"]);
  assert.equal(code, 0, err());
  return JSON.parse(out()).label;
}

Deno.test("content that is added again is the newest version, whatever was added between", async () => {
  await using test = await began();

  assert.deepEqual([await add(test, "second"), await add(test, "first")], ["v2", "v3"]);
  assert.equal(await add(test, "first"), "v3");
  await test.aero(["run"]);

  await test.use(async ({ services }) => {
    const [latest] = services.index.query({ stage: "copy", limit: 1 });
    const copied = await services.catalog.labels("toy", "copied");
    assert.equal(copied.length, 1);
    assert.equal(latest!.outputs.copied!.label, "v1");
  });
});

Deno.test("a commit whose pack has gone from the storage is kept again by the next run of it", async () => {
  await using test = await began();
  const pack = await test.use(async ({ services }) => {
    const [run] = services.index.query({ limit: 1 });
    return (await services.archive.getRecord("toy", run!.run))!.source.packs[0]!;
  });
  const path = `${test.storagePath}/${objectKey(pack.digest)}`;
  Deno.removeSync(path);

  const { code, err } = await test.aero(["run", "--force"]);

  assert.equal(code, 0, err());
  assert.equal(Deno.statSync(path).size, pack.size);
});

Deno.test("a record that was altered is left out of the list, which says so", async () => {
  await using test = await began();
  const run = await test.use(({ services }) => Promise.resolve(services.index.query({ limit: 1 })[0]!.run));
  const path = `${test.storagePath}/${recordKey("toy", run)}`;
  const text = Deno.readTextFileSync(path).replace('"aero":"', '"aero":"9');
  Deno.removeSync(path);
  Deno.writeTextFileSync(path, text);
  Deno.removeSync(`${test.root}/.aero`, { recursive: true });
  Deno.removeSync(test.git.beside("cache"), { recursive: true });

  const { code, out, err } = await test.aero(["--json", "list"]);

  assert.equal(code, 0, err());
  assert.doesNotMatch(out(), new RegExp(run));
  assert.match(err(), new RegExp(`record of run ${run}`));
});

for (
  const [what, path, name, code] of [
    ["a directory without files", "empty", "fresh", "artifact_empty"],
    ["the project itself", ".", "fresh", "path_holds_project"],
    ["the whole file system", "/", "fresh", "path_holds_project"],
    ["data under the name of a stage's output", "data", "copied", "artifact_made_by_stage"],
  ] as const
) {
  Deno.test(`data add refuses ${what}`, async () => {
    await using test = await began();
    Deno.mkdirSync(`${test.root}/empty`);

    const answer = await test.aero(["--json", "data", "add", path, "--name", name]);

    assert.equal(answer.code, 2);
    assert.equal(JSON.parse(answer.err().trim().split("\n").at(-1)!).code, code);
  });
}
