import assert from "node:assert/strict";
import { TestProject } from "../../tests/support/open_project.ts";
import { pruneCache } from "./prune_cache.ts";

const STAGES = {
  make: { command: ["sh", "-c", "echo 1 > ${outputs.it}/a"], outputs: ["it"] },
  read: {
    command: ["sh", "-c", "cat ${inputs.it}/a > ${outputs.copy}/a"],
    inputs: { it: "it" },
    outputs: ["copy"],
  },
};

/** What stays after everything has been pruned while `state` is that of the project. */
async function pruneAll(project: TestProject, dryRun = false): Promise<{ trees: number; left: number }> {
  await using app = project.open();
  const { trees } = await pruneCache(app, { dryRun, keepBytes: 0 });
  const { services } = await app.openProject();
  return { trees, left: services.trees.list().length };
}

Deno.test("a dry run removes nothing", async () => {
  await using project = new TestProject();
  project.commit({ stages: STAGES });
  await project.run();
  // Both outputs hold the same bytes, and so are one tree.
  assert.deepEqual(await pruneAll(project, true), { trees: 1, left: 1 });
});

Deno.test("what is pruned is had again from the storage", async () => {
  await using project = new TestProject();
  project.commit({ stages: STAGES });
  await project.run();

  assert.deepEqual(await pruneAll(project), { trees: 1, left: 0 });

  const [make, read] = await project.run({ force: true });
  assert.equal(make!.record.state, "succeeded");
  assert.equal(read!.record.state, "succeeded");
});

Deno.test("what a run reads that goes on stays", async () => {
  await using project = new TestProject();
  project.commit({ stages: STAGES });
  const [, read] = await project.run();
  // As a run that is not recorded yet has it.
  Deno.writeTextFileSync(`${project.root}/.aero/alive/${read!.record.run}`, "");

  assert.deepEqual(await pruneAll(project), { trees: 0, left: 1 });
});
