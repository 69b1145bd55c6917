// Which project of W&B runs go to where the config names none.
import assert from "node:assert/strict";
import { EXIT } from "../../core/errors.ts";
import type { RunId } from "../../core/model/run_id.ts";
import { TestProject } from "../support/open_project.ts";
import { WANDB_KEY, WandbServer } from "../support/wandb_server/server.ts";

const STAGES = { train: { command: ["sh", "-c", "echo 1 > $AERO_OUTPUTS/model/m"], outputs: ["model"] } };

/** The projects of W&B, each with its runs. */
function projectsOf({ world }: WandbServer): Record<string, string[]> {
  const projects: Record<string, string[]> = {};
  for (const { project, name } of world.runs.values()) (projects[project] ??= []).push(name);
  return projects;
}

Deno.test("projects do not share one of W&B unless the config says so, wherever their runs are sent from", async () => {
  await using server = new WandbServer();
  const env = { WANDB_API_KEY: WANDB_KEY };
  const trackers = [{ use: "wandb", base_url: server.address, name: "lab" }];
  await using made = new TestProject({ env });
  const ids: string[] = [];
  for (const project of ["bikes", "trams"]) {
    made.commit({ project, stages: STAGES, trackers: project === "bikes" ? trackers : [] });
    const { code, out, err } = await made.aero(["--json", "run"]);
    assert.equal(code, EXIT.ok, err());
    ids.push(out().match(/"run":"([k-z]{16})"/)![1]!);
  }
  const [bikes, trams] = ids as [RunId, RunId];
  assert.deepEqual(projectsOf(server), { bikes: [bikes] });

  await using elsewhere = new TestProject({ env });
  const home = `${elsewhere.env.XDG_CONFIG_HOME}/aero`;
  Deno.mkdirSync(home, { recursive: true });
  const storage = { use: "local", path: made.storagePath };
  Deno.writeTextFileSync(`${home}/config.yaml`, JSON.stringify({ storage, trackers }));
  const cwd = elsewhere.git.beside("nowhere");
  Deno.mkdirSync(cwd);
  const outside = async (...args: string[]) => {
    const { code, out, err } = await elsewhere.aero(args, { cwd });
    assert.equal(code, EXIT.ok, err());
    return out();
  };

  await outside("tracker", "export", trams, "--to", "lab");
  assert.deepEqual(projectsOf(server), { bikes: [bikes], trams: [trams] });
  assert.equal(JSON.parse(await outside("--json", "show", `lab:${bikes}`)).run, bikes);
  await outside("rerun", `lab:${bikes}`);
  assert.deepEqual(Object.keys(projectsOf(server)).sort(), ["bikes", "trams"]);
  assert.equal(projectsOf(server).bikes!.length, 2);
  await outside("tracker", "check", "lab");
  const unknown = await elsewhere.aero(["show", "lab:k3f9x0a1"], { cwd });
  assert.equal(unknown.code, EXIT.user);
  assert.match(unknown.err(), /write <project>\/<run>/);
});
