// Projects that real trackers mirror: named by the tracker's id from nothing but tracker and storage, and taken over.
import assert from "node:assert/strict";
import { EXIT } from "../../core/errors.ts";
import { askMlflow, mlflowVariable } from "../support/mlflow_subject.ts";
import { subjectOrSkip } from "../support/must_run.ts";
import { TestProject } from "../support/open_project.ts";
import { WANDB_KEY, WandbServer } from "../support/wandb_server/server.ts";

/** An entry of `trackers`, and the variables that it needs. */
interface Place {
  readonly section: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  /** Its group of runs; that of the project if absent. */
  readonly group?: string;
  close?(): Promise<void>;
}

const PLACES: Readonly<Record<string, { readonly subject: string; open(): Place }>> = {
  "MLflow 2": { subject: "mlflow2", open: () => mlflowPlace("AERO_TEST_MLFLOW2_URI") },
  "MLflow 3": { subject: "mlflow3", open: () => mlflowPlace("AERO_TEST_MLFLOW3_URI") },
  Sacred: { subject: "mongo", open: sacredPlace },
  "W&B": { subject: "wandb-server", open: wandbPlace },
};

/** Opens a place; prints why if this machine has none. */
async function placeOrSkip(name: string): Promise<(Place & AsyncDisposable) | undefined> {
  const { subject, open } = PLACES[name]!;
  const found = await subjectOrSkip(subject, () => Promise.resolve().then(open));
  if ("skipped" in found) return undefined;
  const place = found.subject;
  return { ...place, [Symbol.asyncDispose]: async () => await place.close?.() };
}

function mlflowPlace(variable: string): Place {
  return { section: { use: "mlflow", uri: mlflowVariable(variable) }, env: {} };
}

function wandbPlace(): Place {
  const server = new WandbServer();
  return {
    section: { use: "wandb", base_url: server.address, project: "reruns" },
    group: "reruns",
    env: { WANDB_API_KEY: WANDB_KEY },
    close: () => server[Symbol.asyncDispose](),
  };
}

function sacredPlace(): Place {
  const uri = Deno.env.get("AERO_TEST_MONGO_URI");
  if (uri === undefined) {
    throw new TypeError("AERO_TEST_MONGO_URI is not set; `deno task services up mongo` tells it");
  }
  return { section: { use: "sacred" }, env: { MONGO_URI: uri } };
}

const TRAIN = {
  command: ["sh", "-c", `echo '{"step":1,"loss":0.5}' >> $AERO_METRICS; echo 1 > $AERO_OUTPUTS/model/m`],
  outputs: ["model"],
};

for (const name of Object.keys(PLACES)) {
  Deno.test(`${name}: its id and the storage are all that it takes to have a run again`, async () => {
    await using place = await placeOrSkip(name);
    if (place === undefined) return;
    const { section, env, group } = place;
    const project = `rerun-${crypto.randomUUID()}`;
    await using made = new TestProject({ env });
    made.commit({ project, trackers: [{ ...section, name: "lab" }], stages: { train: TRAIN } });
    const run = await made.aero(["run", "--tag", "first"]);
    assert.equal(run.code, EXIT.ok, run.err());
    const listed = await made.aero(["--json", "list", "--from", `lab:${group ?? project}`]);
    assert.equal(listed.code, EXIT.ok, listed.err());
    const { id, params, aero } = JSON.parse(listed.out().trim());
    const shown = await made.aero(["show", "@last"]);
    // Sacred has no page without Omniboard, and its runs have a number all the same.
    assert.match(shown.out(), new RegExp(`^ *(page|tracker) +lab:${id}\\b`, "m"));

    await using elsewhere = new TestProject({ env });
    writeUserConfig(elsewhere, [{ ...section, name: "lab" }], made.storagePath);
    const cwd = elsewhere.git.beside("nowhere");
    Deno.mkdirSync(cwd);
    const judged = await elsewhere.aero(["--json", "verify", `lab:${id}`], { cwd });

    assert.equal(judged.code, EXIT.ok, judged.err());
    const { run: original, verdict } = JSON.parse(judged.out());
    assert.deepEqual([original, verdict], [aero.run, "identical"]);
    assert.deepEqual(params, {});
  });

  Deno.test(`${name}: in a project its name stands for the project's own runs; a group that is not there is refused`, async () => {
    await using place = await placeOrSkip(name);
    if (place === undefined) return;
    const { section, env, group } = place;
    const own = `own-${crypto.randomUUID()}`, other = `other-${crypto.randomUUID()}`;
    await using project = new TestProject({ env });
    const list = (from: string) => project.aero(["list", "--from", from]);
    const commit = (project: string) => ({
      project,
      trackers: [{ ...section, name: "lab" }],
      stages: { train: TRAIN },
    });
    project.commit(commit(other));
    const theirs = await project.aero(["run"]);
    assert.equal(theirs.code, EXIT.ok, theirs.err());
    project.commit(commit(own));

    const before = await list("lab");
    const ran = await project.aero(["run"]);
    const after = await list("lab");

    assert.equal(before.code, EXIT.ok, before.err());
    assert.equal(ran.code, EXIT.ok, ran.err());
    if (group === undefined) {
      assert.equal(before.out(), "");
      assert.match(before.err(), /lab has no runs in "own-/);
      assert.equal(after.out().match(/^lab:/gm)?.length, 1, after.out());
    }
    for (
      const args of [["list", "--from", `lab:${other}x`], ["tracker", "import", "lab", "--group", `${own}x`]]
    ) {
      const { code, err } = await project.aero(args);
      assert.equal(code, EXIT.user, err());
      if (group === undefined) assert.match(err(), /write `o(ther|wn)-[-0-9a-f]+`$/m);
    }
  });
}

for (
  const [name, option, checked] of [
    ["MLflow 3", "experiment", (group: string) => `${group} contract check`],
    ["Sacred", "experiment", () => "conformance"],
    ["W&B", "project", (group: string) => `${group} contract check`],
  ] as const
) {
  Deno.test(`${name}: what the contract's clauses make is found, and not in the group of the config`, async () => {
    await using place = await placeOrSkip(name);
    if (place === undefined) return;
    const group = `own-${crypto.randomUUID()}`;
    await using project = new TestProject({ env: place.env });
    project.commit({
      trackers: [{ ...place.section, name: "lab", [option]: group }],
      stages: { train: TRAIN },
    });

    const { code, out, err } = await project.aero(["tracker", "check", "--only", "is found by the tracker"]);
    const own = await project.aero(["--json", "list", "--from", "lab"]);
    const made = await project.aero(["list", "--from", `lab:${checked(group)}`]);

    assert.equal(code, EXIT.ok, err() + out());
    assert.match(err(), /with times that are made up; they stay, in the group "/);
    assert.equal(own.out(), "");
    assert.match(made.out(), /^lab:/m);
  });
}

for (const name of ["MLflow 2", "MLflow 3"]) {
  Deno.test(`${name}: the beginning of an id names its run, if it is long enough`, async () => {
    await using place = await placeOrSkip(name);
    if (place === undefined) return;
    const project = `begun-${crypto.randomUUID()}`;
    await using made = new TestProject();
    made.commit({ project, trackers: [{ ...place.section, name: "lab" }], stages: { train: TRAIN } });
    assert.equal((await made.aero(["run"])).code, EXIT.ok);
    const { id, aero } = JSON.parse((await made.aero(["--json", "list", "--from", "lab"])).out().trim());

    const shown = await made.aero(["--json", "show", `lab:${id.slice(0, 14)}`]);
    const short = await made.aero(["show", `lab:${id.slice(0, 5)}`]);
    const wrong = await made.aero(["show", `lab:${id.slice(0, 14)}${id[14] === "0" ? 1 : 0}`]);

    assert.equal(JSON.parse(shown.out()).run, aero.run);
    assert.match(short.err(), /has no run of this id/);
    assert.match(wrong.err(), /has no run of this id/);
  });
}

Deno.test("MLflow: from MLflow to aero to MLflow, every param, tag and metric value is kept", async () => {
  await using place = await placeOrSkip("MLflow 3");
  if (place === undefined) return;
  const service = { uri: place.section.uri! };
  const ask = (path: string, body: unknown) => askMlflow(service, `/api/2.0/mlflow/${path}`, body);
  const old = `old-${crypto.randomUUID()}`, copy = `copy-${crypto.randomUUID()}`;
  const { experiment_id } = await ask("experiments/create", { name: old });
  const { run: { info: { run_id } } } = await ask("runs/create", {
    experiment_id,
    start_time: 1_700_000_000_000,
    run_name: "by hand",
    tags: [{ key: "owner", value: "mira" }, { key: "mlflow.note.content", value: "before *aero*" }],
  });
  const metrics = Array.from({ length: 500 }, (_, i) => ({
    key: i % 2 === 0 ? "loss" : "val/acc",
    value: 1 / (i + 1),
    timestamp: 1_700_000_000_000 + i,
    step: i,
  }));
  await ask("runs/log-batch", { run_id, metrics, params: [{ key: "depth", value: "5" }] });
  await ask("runs/update", { run_id, status: "FINISHED", end_time: 1_700_000_060_000 });
  await using project = new TestProject();
  project.commit({
    project: copy,
    trackers: [
      { ...place.section, name: "old", experiment: old },
      { ...place.section, name: "copy", experiment: copy },
    ],
    stages: { train: { command: "true" } },
  });

  const imported = await project.aero(["tracker", "import", "old"]);
  const exported = await project.aero(["tracker", "export", `old:${run_id}`, "--to", "copy"]);

  assert.match(imported.out(), /1 run imported/, imported.err());
  assert.equal(exported.code, EXIT.ok, exported.err() + exported.out());
  const items = async (name: string) => {
    const { out } = await project.aero(["--json", "list", "--from", name]);
    return out().trim().split("\n").map((line) => JSON.parse(line));
  };
  const [before, after] = [(await items("old"))[0], (await items("copy"))[0]];
  for (const field of ["params", "tags", "note", "state", "startedAt", "endedAt"]) {
    assert.deepEqual(after[field], before[field], field);
  }
  for (const key of ["loss", "val/acc"]) {
    const values = async (id: string) => {
      const { metrics } = await askMlflow(
        service,
        `/api/2.0/mlflow/metrics/get-history?run_id=${id}&metric_key=${encodeURIComponent(key)}`,
      );
      // deno-lint-ignore no-explicit-any -- an answer of the REST API
      return metrics.map(({ value, step, timestamp }: any) => [value, step, timestamp]);
    };
    assert.deepEqual(await values(after.id), await values(run_id));
    assert.equal((await values(after.id)).length, 250);
  }
});

function writeUserConfig(project: TestProject, trackers: readonly unknown[], storage: string): void {
  const directory = `${project.env.XDG_CONFIG_HOME}/aero`;
  Deno.mkdirSync(directory, { recursive: true });
  Deno.writeTextFileSync(
    `${directory}/config.yaml`,
    JSON.stringify({ trackers, storage: { use: "local", path: storage } }),
  );
}
