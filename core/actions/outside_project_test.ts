import assert from "node:assert/strict";
import { FaultyStorage } from "../../tests/support/faulty_storage.ts";
import { TestProject } from "../../tests/support/open_project.ts";

const STAGES = { train: { command: "true", inputs: { data: "raw" } } };

/** A project whose storage was away from the beginning, so that nothing of it is known here. */
function awayFromTheBeginning(): TestProject {
  const project = new TestProject({ storage: "memory" });
  project.wrap = (storage) => new FaultyStorage(storage, [{ with: "unavailable" }]);
  project.commit({ stages: STAGES });
  return project;
}

Deno.test("what nothing is known of is never said to be absent while the storage is away", async () => {
  await using project = awayFromTheBeginning();

  const said = await Promise.all(
    [["show", "@last"], ["list"], ["artifact", "show", "raw"]].map((args) => project.aero(args)),
  );

  assert.deepEqual(said.map(({ code }) => code), [2, 0, 4]);
  const [run, runs, artifact] = said.map(({ err }) => err());
  assert.match(run!, /what this machine knows of this project has no runs\n\nhint: try again/);
  assert.match(runs!, /what this machine knows of this project has no runs\ntry again/);
  assert.match(
    artifact!,
    /^error: Cannot find the artifact "raw"\ncause: it is not on this machine, and .* cannot be/m,
  );
});

Deno.test("status says of an input of which nothing is known why a run could not begin, and exits 0", async () => {
  await using project = awayFromTheBeginning();

  const { code, out } = await project.aero(["status"]);

  assert.equal(code, 0);
  assert.match(out(), /problem: Cannot find the artifact "raw": it is not on this machine/);
});
