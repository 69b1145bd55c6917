// Somebody presses Stop at a tracker while a run goes on.
import assert from "node:assert/strict";
import { EXIT } from "../../core/errors.ts";
import { TestProject } from "../support/open_project.ts";
import { WANDB_KEY, WandbServer } from "../support/wandb_server/server.ts";

Deno.test("a run that was asked to stop at a tracker is aborted, recorded and sent, and no further stage runs", async () => {
  await using server = new WandbServer();
  await using project = new TestProject({ env: { WANDB_API_KEY: WANDB_KEY } });
  project.commit({
    trackers: [{ use: "wandb", base_url: server.address, project: "stopped", name: "lab" }],
    stages: {
      endless: { command: ["sh", "-c", "while :; do echo on; sleep 0.1; done"], outputs: ["never"] },
      after: { command: ["true"], inputs: { data: "never" } },
    },
  });
  server.answer = () => {
    for (const run of server.world.runs.values()) run.stopped = true;
    return undefined;
  };

  const ran = await project.aero(["--json", "run", "endless", "after"]);

  assert.equal(ran.code, EXIT.programFailed, ran.err());
  const lines = ran.out().trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(lines.map(({ stage, state }) => [stage, state]), [["endless", "aborted"]]);
  const shown = await project.aero(["--json", "show", lines[0].run]);
  assert.match(shown.out(), /it was asked to stop at lab/);
  const [sent] = server.world.runs.values();
  assert.equal(sent!.exitCode, 255);
  assert.match(ran.err(), /lab: endless \S+ was asked to stop/);
});

Deno.test("a rerun that was asked to stop at a tracker says nothing of the run that it was to judge", async () => {
  await using server = new WandbServer();
  await using project = new TestProject({ env: { WANDB_API_KEY: WANDB_KEY } });
  const gate = `${project.root}/.git/gate`;
  project.commit({
    trackers: [{ use: "wandb", base_url: server.address, project: "stopped", name: "lab" }],
    stages: { once: { command: ["sh", "-c", `while [ -e ${gate} ]; do sleep 0.1; done`] } },
  });
  assert.equal((await project.aero(["run"])).code, EXIT.ok);
  Deno.writeTextFileSync(gate, "");
  server.answer = () => {
    for (const run of server.world.runs.values()) run.stopped = true;
    return undefined;
  };

  const verified = await project.aero(["--json", "verify", "@last", "--repeat", "3"]);

  assert.equal(verified.code, EXIT.outside, verified.err());
  assert.match(verified.err(), /was asked to stop at lab/);
  const listed = await project.aero(["--json", "list"]);
  const runs = listed.out().trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(runs.map(({ state, verdict }) => [state, verdict]), [
    ["aborted", undefined],
    ["succeeded", undefined],
  ]);
});
