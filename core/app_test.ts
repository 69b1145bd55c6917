import assert from "node:assert/strict";
import { TestProject } from "../tests/support/open_project.ts";

Deno.test("outside a project, list has each run of the storage as soon as it is recorded, as show does", async () => {
  await using test = new TestProject();
  const outside = test.git.beside("outside");
  await Deno.mkdir(outside);
  const listed = async () => {
    const { out } = await test.aero(["--json", "list"], { cwd: outside });
    return out().split("\n").filter((line) => line !== "").map((line) => JSON.parse(line).run);
  };
  const runs: string[] = [];
  assert.deepEqual(await listed(), []);

  for (const depth of [1, 2]) {
    test.commit({ params: { depth }, stages: { train: { command: "true" } } });
    runs.unshift((await test.record()).run);

    assert.deepEqual(await listed(), runs);
    const shown = await test.aero(["--json", "show", "@last"], { cwd: outside });
    assert.equal(JSON.parse(shown.out()).run, runs[0]);
  }
});
