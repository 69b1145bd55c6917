import assert from "node:assert/strict";
import { TestProject } from "../../tests/support/open_project.ts";
import { AeroError } from "../errors.ts";
import { annotateRun } from "./annotate_run.ts";
import { knownRun } from "./known_run.ts";

const CONFIG = { stages: { train: { command: ["true"], outputs: [] } } };

function withCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof AeroError && error.code === code;
}

async function withRun(): Promise<TestProject> {
  const project = new TestProject();
  project.commit(CONFIG);
  await project.run({ tag: ["baseline"], note: "first" });
  return project;
}

Deno.test("a run that has ended is tagged, and its record stays as it is", async () => {
  await using project = await withRun();

  const tagged = await project.use((_, app) => annotateRun(app, "@last", { tag: ["paper", "paper"] }));
  const known = await project.use((_, app) => knownRun(app, "@last"));

  assert.deepEqual([tagged.tags, tagged.note, tagged.changed], [["baseline", "paper"], "first", true]);
  assert.deepEqual([known.words.tags, known.record!.tags], [["baseline", "paper"], ["baseline"]]);
  assert.deepEqual(known.annotations.map(({ tagged, by }) => [tagged, by !== ""]), [[["paper"], true]]);
});

Deno.test("tags that were given later filter lists, also of an index that was made anew", async () => {
  await using project = await withRun();
  await project.aero(["tag", "@last", "paper"]);
  await project.aero(["tag", "@last", "baseline", "--remove"]);
  await project.aero(["note", "@last", "the one in figure 3"]);

  for (let i = 0; i < 2; i++) {
    const of = async (where: string) =>
      JSON.parse((await project.aero(["list", "--where", where, "--json"])).out() || "null");

    assert.deepEqual((await of("tag=paper"))?.tags, ["paper"]);
    assert.equal((await of("tag=paper")).note, "the one in figure 3");
    assert.equal(await of("tag=baseline"), null);
    for (const { name } of Deno.readDirSync(`${project.root}/.aero`)) {
      if (name.startsWith("index")) Deno.removeSync(`${project.root}/.aero/${name}`);
    }
  }
});

Deno.test("the page of a run shows the tags and the note that hold now", async () => {
  await using project = await withRun();
  await project.aero(["tag", "@last", "paper"]);
  await project.aero(["note", "@last", ""]);

  const { out, code } = await project.aero(["show", "@last"]);

  assert.equal(code, 0);
  assert.match(out(), /tags +baseline paper\n/);
  assert.doesNotMatch(out(), /\bnote\b/);
});

Deno.test("what holds already is not written again", async () => {
  await using project = await withRun();

  const tagged = await project.use((_, app) => annotateRun(app, "@last", { tag: ["baseline"] }));
  const noted = await project.use((_, app) => annotateRun(app, "@last", { note: "first" }));
  const untagged = await project.use((_, app) => annotateRun(app, "@last", { untag: ["paper"] }));
  const known = await project.use((_, app) => knownRun(app, "@last"));

  assert.deepEqual([tagged.changed, noted.changed, untagged.changed], [false, false, false]);
  assert.deepEqual(known.annotations, []);
});

Deno.test("an annotation of a machine whose clock is ahead does not win against a later one", async () => {
  await using project = await withRun();
  await project.use(async ({ services: { archive } }, app) => {
    const { summary } = await knownRun(app, "@last");
    await archive.putAnnotation("toy", {
      schema: "aero/run-annotation@1",
      run: summary.run,
      note: "from the future",
      by: "bo",
      host: "ahead",
      at: Date.now() + 86_400_000,
    });
  });

  const noted = await project.use((_, app) => annotateRun(app, "@last", { note: "now" }));
  const known = await project.use((_, app) => knownRun(app, "@last"));

  assert.deepEqual([noted.note, known.words.note], ["now", "now"]);
});

Deno.test("an empty tag and an unknown run are refused", async () => {
  await using project = await withRun();

  await assert.rejects(
    project.use((_, app) => annotateRun(app, "@last", { tag: [" "] })),
    withCode("tag_invalid"),
  );
  await assert.rejects(
    project.use((_, app) => annotateRun(app, "zzzz", { tag: ["a"] })),
    withCode("run_not_found"),
  );
});
