import assert from "node:assert/strict";
import { TestProject } from "../../tests/support/open_project.ts";

/** What could follow a line; the last word is being typed. */
async function offered(test: TestProject, ...words: string[]): Promise<string[]> {
  const { out } = await test.aero(["__complete", "--", ...words]);
  return out().split("\n").filter((line) => line !== "").map((line) => line.split("\t")[0]!);
}

async function pipeline(): Promise<TestProject> {
  const test = new TestProject();
  test.commit({
    params: { depth: 5, model: { kind: "tree" } },
    stages: {
      make: { command: "touch ${outputs.numbers}/a", outputs: ["numbers"] },
      use: { command: "true", inputs: { data: "numbers" } },
    },
  });
  await test.run();
  return test;
}

Deno.test("run, dev and shell complete stages, and params up to their value", async () => {
  await using test = await pipeline();
  for (const command of ["run", "dev", "shell"]) {
    assert.deepEqual(await offered(test, command, ""), ["make", "use", "depth=", "model=", "model.kind="]);
    assert.deepEqual(await offered(test, command, "use", "model."), ["model.kind="]);
  }
});

Deno.test("rerun completes runs, then params", async () => {
  await using test = await pipeline();
  assert.equal((await offered(test, "rerun", "@"))[0], "@last");
  assert.deepEqual(await offered(test, "rerun", "@last", "d"), ["depth="]);
});

Deno.test("an artifact completes to its name, and after a colon to the versions that runs read or made", async () => {
  await using test = await pipeline();
  test.commit({ stages: { make: { command: "sh make.sh", outputs: ["numbers"] } } }, {
    "make.sh": 'echo 2 > "$AERO_OUTPUTS/numbers/b"',
  });
  await test.run();

  assert.deepEqual(await offered(test, "artifact", "show", "num"), ["numbers"]);
  assert.deepEqual(await offered(test, "artifact", "show", "numbers:"), ["numbers:v2", "numbers:v1"]);
});
