// What is said of runs and versions later, on machines that share a storage, and without it.
import assert from "node:assert/strict";
import { annotateRun } from "../core/actions/annotate_run.ts";
import { annotateVersion } from "../core/actions/annotate_version.ts";
import { knownRun } from "../core/actions/known_run.ts";
import { pullStored } from "../core/actions/pull_stored.ts";
import { pushWaiting } from "../core/actions/push_waiting.ts";
import { storeData } from "../core/actions/store_data.ts";
import { FaultyStorage } from "./support/faulty_storage.ts";
import { homeVariables, TestProject } from "./support/open_project.ts";

async function begin(): Promise<TestProject & { isAway: boolean }> {
  const project = Object.assign(new TestProject({ storage: "memory" }), { isAway: false });
  project.wrap = (storage) =>
    project.isAway ? new FaultyStorage(storage, [{ with: "unavailable" }]) : storage;
  project.commit({ stages: { train: { command: ["true"], outputs: [] } } });
  Deno.writeTextFileSync(project.git.beside("raw.csv"), "1\n");
  await project.use((_, app) => storeData(app, project.git.beside("raw.csv"), { name: "raw" }));
  await project.run();
  return project;
}

const said = (project: TestProject) =>
  [...project.objects.keys()].filter((key) => key.includes("annotations/"));

Deno.test("tags and notes that were given without the storage wait, hold here, and are sent", async () => {
  await using project = await begin();
  await project.use((_, app) => knownRun(app, "@last"));
  await project.use(({ services: { catalog } }) => catalog.labels("toy", "raw"));
  project.isAway = true;

  const tagged = await project.use((_, app) => annotateRun(app, "@last", { tag: ["paper"] }));
  const noted = await project.use((_, app) => annotateVersion(app, "raw:v1", { note: "by hand" }));
  const shown = await project.use((_, app) => knownRun(app, "@last"));

  assert.deepEqual([tagged.tags, noted.note, shown.words.tags], [["paper"], "by hand", ["paper"]]);
  assert.equal(said(project).length, 0);

  project.isAway = false;
  const pushed = await project.use((_, app) => pushWaiting(app, { names: [], dryRun: false }));

  assert.deepEqual([pushed.remarks, pushed.left, said(project).length], [2, 0, 2]);
});

Deno.test("a push of one run, and one of one artifact, send what was said of each", async () => {
  await using project = await begin();
  await project.use((_, app) => knownRun(app, "@last"));
  await project.use(({ services: { catalog } }) => catalog.labels("toy", "raw"));
  project.isAway = true;
  await project.use((_, app) => annotateRun(app, "@last", { tag: ["paper"] }));
  await project.use((_, app) => annotateVersion(app, "raw:v1", { note: "by hand" }));
  project.isAway = false;

  const ofRun = await project.use((_, app) => pushWaiting(app, { names: ["@last"], dryRun: false }));
  const afterRun = said(project).map((key) => key.split("/")[0]);
  const ofArtifact = await project.use((_, app) => pushWaiting(app, { names: ["raw"], dryRun: false }));

  assert.deepEqual([ofRun.remarks, ofRun.left, afterRun], [1, 1, ["runs"]]);
  assert.deepEqual([ofArtifact.remarks, ofArtifact.left, said(project).length], [1, 0, 2]);
});

Deno.test("a colleague's index has the tags after a pull, and the colleague's own come back", async () => {
  await using project = await begin();
  const elsewhere = project.git.beside("elsewhere");
  Deno.mkdirSync(elsewhere);
  const colleague = {
    cwd: elsewhere,
    env: { ...homeVariables((name) => project.git.beside(`colleague/${name}`)), AERO_STORAGE: "memory" },
  };
  const request = { names: [], all: false, images: false, dryRun: false, namesOnly: true };
  await project.use((_, app) => pullStored(app, request), colleague);
  await project.use((_, app) => annotateRun(app, "@last", { tag: ["paper"] }));

  await project.use((_, app) => pullStored(app, request), colleague);
  const theirs = await project.use(async (_, app) => (await app.index()).query({})[0]!.tags, colleague);
  await project.use((_, app) => annotateRun(app, "@last", { tag: ["seen"] }), colleague);
  const ours = await project.use((_, app) => knownRun(app, "@last"));

  assert.deepEqual(theirs, ["paper"]);
  assert.deepEqual(ours.words.tags, ["paper", "seen"]);
});
