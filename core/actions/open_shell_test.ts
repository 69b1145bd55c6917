import assert from "node:assert/strict";
import { TestProject } from "../../tests/support/open_project.ts";

const STAGES = {
  clean: { command: ["sh", "-c", "echo 42 > ${outputs.cleaned}/a"], outputs: ["cleaned"] },
  train: {
    command: ["sh", "-c", "echo ${params.depth}"],
    inputs: { data: "cleaned" },
    outputs: ["model"],
    environment: { env: { GREETING: "hello" } },
  },
};

function begin(project: TestProject): void {
  project.commit({ params: { depth: 5 }, stages: STAGES }, { "code.txt": "one" });
}

Deno.test("a shell sees the code, inputs, params and variables of a stage, and gives its own exit code", async () => {
  await using project = new TestProject();
  begin(project);
  await project.run();
  const script = 'cat code.txt $AERO_INPUTS/data/a $AERO_PARAMS; echo $GREETING; ls "$AERO_OUTPUTS"; exit 3';

  const { code, out, err } = await project.aero(["shell", "train", "depth=6", "--", "sh", "-c", script]);

  assert.equal(code, 3, err());
  assert.equal(out(), 'one42\n{"depth":6}\nhello\nmodel\n');
});

Deno.test("a shell records nothing and leaves nothing", async () => {
  await using project = new TestProject();
  begin(project);

  const { code, out } = await project.aero([
    "shell",
    "clean",
    "--",
    "sh",
    "-c",
    'pwd; echo 1 > "$AERO_OUTPUTS/cleaned/a"',
  ]);

  assert.equal(code, 0);
  assert.throws(() => Deno.statSync(out().trim()), Deno.errors.NotFound);
  assert.deepEqual(project.unrecorded(), []);
  await project.use((_project, app) => app.index().then((index) => assert.deepEqual(index.query({}), [])));
});

Deno.test("a shell of a dirty worktree has a snapshot of it, and says so", async () => {
  await using project = new TestProject();
  begin(project);
  project.git.write("code.txt", "two");

  const { out, err } = await project.aero(["shell", "clean", "--", "cat", "code.txt"]);

  assert.equal(out(), "two");
  assert.match(err(), /uncommitted changes/);
});

Deno.test("a shell of a run is where the run was, though the worktree has moved on", async () => {
  await using project = new TestProject();
  begin(project);
  await project.run();
  project.commit({ stages: {} }, { "code.txt": "two" });

  const { code, out, err } = await project.aero([
    "shell",
    "--run",
    "@last",
    "--",
    "sh",
    "-c",
    "cat code.txt $AERO_PARAMS",
  ]);

  assert.equal(code, 0, err());
  assert.equal(out(), 'one{"depth":5}\n');
});

Deno.test("a shell of a stage whose input was never made names the stage that makes it", async () => {
  await using project = new TestProject();
  begin(project);

  const { code, err } = await project.aero(["shell", "train", "--", "true"]);

  assert.equal(code, 2);
  assert.match(err(), /`aero run clean`/);
});
