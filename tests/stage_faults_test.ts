// What is said of stages that cannot be run as config has them.
import assert from "node:assert/strict";
import { TestProject } from "./support/open_project.ts";

for (const command of ["run", "dev"]) {
  Deno.test(`aero ${command} of a project without stages says that nothing was run`, async () => {
    await using test = new TestProject();
    test.commit({ stages: {} });

    const { code, err } = await test.aero([command]);

    assert.equal(code, 0);
    assert.match(err(), /^aero\.yaml has no stages/m);
  });
}

Deno.test("a path that the code of a stage lacks is told with the key that names it", async () => {
  await using test = new TestProject();
  test.commit({ stages: { train: { command: "true", outputs: [], code: ["trian.py"] } } });

  const { code, err } = await test.aero(["run"]);

  assert.equal(code, 2);
  assert.match(err(), /"trian\.py" in the commit\ncause: stages\.train\.code names it/);
});
