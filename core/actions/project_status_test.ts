import assert from "node:assert/strict";
import { TestProject } from "../../tests/support/open_project.ts";
import { FaultyStorage } from "../../tests/support/faulty_storage.ts";
import { digestOf } from "../format/digest_of.ts";
import type { StageOutcome } from "../pipeline/pipeline_runner.ts";
import { type ProjectStatus, projectStatus } from "./project_status.ts";
import { pushWaiting } from "./push_waiting.ts";

const CLEAN = {
  command: ["sh", "-c", "cat clean.sh > ${outputs.cleaned}/a"],
  outputs: ["cleaned"],
  code: ["clean.sh"],
  params: [],
};
const TRAIN = {
  command: ["sh", "-c", "echo ${params.depth} > ${outputs.model}/a"],
  inputs: { data: "cleaned" },
  outputs: ["model"],
  code: ["train.sh"],
};
const CONFIG = { params: { depth: 5 }, stages: { clean: CLEAN, train: TRAIN } };
const FILES = { "clean.sh": "one", "train.sh": "one" };

async function statusOf(project: TestProject): Promise<ProjectStatus> {
  await using app = project.open();
  return await projectStatus(app);
}

/** Stage to what is told of it. */
function stages(status: ProjectStatus): Record<string, string> {
  return Object.fromEntries(
    status.stages.map(({ stage, state, reasons }) => [stage, [state, ...reasons].join("; ")]),
  );
}

Deno.test("status of a pipeline that was never run says so, and is ready", async () => {
  await using project = new TestProject();
  project.commit(CONFIG, FILES);

  const status = await statusOf(project);

  assert.equal(status.ready, true);
  assert.equal(status.code?.clean, true);
  assert.equal(status.code?.onRemote, false);
  assert.deepEqual(status.problems, []);
  assert.deepEqual(stages(status), {
    clean: "would_run; it was never run",
    train: "would_run; input data comes from clean, which is not up to date",
  });
});

Deno.test("status after a run names the runs that stand and the inputs they read", async () => {
  await using project = new TestProject();
  project.commit(CONFIG, FILES);
  const [clean, train] = await project.run();

  const status = await statusOf(project);

  assert.deepEqual(status.stages, [
    { stage: "clean", state: "up_to_date", run: clean!.record.run, reasons: [], inputs: {} },
    {
      stage: "train",
      state: "up_to_date",
      run: train!.record.run,
      reasons: [],
      inputs: { data: "cleaned:v1" },
    },
  ]);
});

Deno.test("status says what a stage would run for: params, code, what it reads", async () => {
  await using project = new TestProject();
  project.commit(CONFIG, FILES);
  await project.run();

  project.commit({ ...CONFIG, params: { depth: 6 } }, { "README.md": "more" });
  assert.deepEqual(stages(await statusOf(project)), {
    clean: "up_to_date",
    train: "would_run; param depth 5 → 6",
  });

  project.commit(CONFIG, { "clean.sh": "two" });
  assert.deepEqual(stages(await statusOf(project)), {
    clean: "would_run; new code: clean.sh",
    train: "would_run; input data comes from clean, which is not up to date",
  });

  await project.run({ only: ["clean"] });
  assert.deepEqual(stages(await statusOf(project)), {
    clean: "up_to_date",
    train: "would_run; input data cleaned:v1 → cleaned:v2",
  });
});

Deno.test("status tells what is asked without recording a run or a snapshot", async () => {
  await using project = new TestProject();
  project.commit(CONFIG, FILES);
  project.git.write("train.sh", "two");
  project.git.write("notes.txt", "mine");
  const before = project.git.git("for-each-ref") + project.git.git("count-objects");

  const status = await statusOf(project);

  assert.equal(status.ready, false);
  assert.deepEqual(status.problems.map(({ code }) => code), ["worktree_dirty"]);
  assert.deepEqual(status.code?.changes, [
    { path: "notes.txt", change: "untracked" },
    { path: "train.sh", change: "modified" },
  ]);
  assert.equal(stages(status).clean, "would_run; it was never run");
  assert.equal(project.git.git("for-each-ref") + project.git.git("count-objects"), before);
});

Deno.test("status says that uncommitted changes make a stage run that would stand", async () => {
  await using project = new TestProject();
  project.commit(CONFIG, FILES);
  await project.run();
  project.git.write("train.sh", "two");

  assert.deepEqual(stages(await statusOf(project)), {
    clean: "up_to_date",
    train: "would_run; uncommitted train.sh",
  });
});

Deno.test("status names an input that is nowhere, a secret that is not set, and is not ready", async () => {
  await using project = new TestProject();
  project.commit({
    environment: { use: "host", secrets: ["NOT_SET"] },
    stages: { train: { ...TRAIN, command: "true", code: ["."] } },
  }, FILES);

  const status = await statusOf(project);

  assert.equal(status.ready, false);
  assert.deepEqual(status.problems.map(({ code }) => code).sort(), ["input_missing", "secret_missing"]);
  assert.match(stages(status).train!, /^blocked; its input "data"/);
});

Deno.test("status names all that stands in the way of a stage and of those after it, not only the first", async () => {
  await using project = new TestProject();
  project.commit({
    environment: { use: "podman", image: "example.org/base:1", secrets: ["NOT_SET"] },
    stages: {
      clean: { command: "true", inputs: { raw: "counts", other: "weather" }, outputs: ["cleaned"] },
      train: { command: "true", inputs: { data: "cleaned", names: "labels" } },
    },
  }, FILES);
  project.git.write("train.sh", "changed");

  const status = await statusOf(project);

  assert.deepEqual(
    status.problems.map(({ code, why }) => `${code} ${/"(\w+)", which/.exec(why ?? "")?.[1] ?? ""}`.trim()),
    [
      "worktree_dirty",
      "secret_missing",
      "lock_missing",
      "input_missing counts",
      "input_missing weather",
      "input_missing labels",
    ],
  );
  assert.match(stages(status).train!, /^blocked; .*input data comes from clean, which is not up to date$/);
});

Deno.test("status before the first commit tells also of secrets that are not set", async () => {
  await using project = new TestProject();
  project.git.write(
    "aero.yaml",
    JSON.stringify({
      project: "toy",
      environment: { use: "host", secrets: ["NOT_SET"] },
      stages: { train: { command: "true" } },
    }),
  );

  const { problems } = await statusOf(project);

  assert.deepEqual(problems.map(({ code }) => code), ["no_commit", "secret_missing"]);
});

Deno.test("status says that the last run failed", async () => {
  await using project = new TestProject();
  project.commit({ stages: { train: { command: "false" } } });
  const [failed] = await project.run();

  assert.deepEqual(stages(await statusOf(project)), {
    train: `would_run; its last run ${failed!.record.run} failed`,
  });
});

Deno.test("status of a stage that is running says so, though its version is not stored yet", async () => {
  await using project = new TestProject();
  project.commit({ stages: { train: { command: "true" } } });
  const [{ record }] = await project.run() as [StageOutcome];
  project.commit({ params: { depth: 1 }, stages: { train: { command: "true" } } });
  await using app = project.open();
  const index = await app.index();
  index.upsert({ ...index.get(record.run)!, state: "running", version: digestOf("not stored") });

  assert.deepEqual(stages(await projectStatus(app)), { train: `would_run; it is running: ${record.run}` });
});

Deno.test("status before the first commit is a problem with a way out", async () => {
  await using project = new TestProject();
  project.git.write("aero.yaml", "project: toy\nenvironment: { use: host }\n");

  const status = await statusOf(project);

  assert.deepEqual([status.ready, status.code, status.stages], [false, undefined, []]);
  assert.equal(status.problems[0]?.code, "no_commit");
  assert.match(status.problems[0]?.fix[0] ?? "", /git commit/);
});

Deno.test("status tells of pointers of git-lfs", async () => {
  await using project = new TestProject();
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${"0".repeat(64)}\nsize 5\n`;
  project.commit({}, { ".gitattributes": "*.bin filter=lfs\n", "model.bin": pointer });

  assert.deepEqual((await statusOf(project)).problems.map(({ code }) => code), ["lfs_pointers"]);
});

Deno.test("status of a project below the top of its repository looks at its own files", async () => {
  await using project = new TestProject();
  project.git.write(
    "deep/aero.yaml",
    JSON.stringify({
      project: "toy",
      environment: { use: "host" },
      stages: { train: { command: "true", code: ["train.sh"] } },
    }),
  );
  project.git.commit({ "deep/train.sh": "one", "train.sh": "other" });
  const deep = { cwd: `${project.root}/deep` };
  await project.run({}, deep);
  const status = async () => {
    await using app = project.open(deep);
    return await projectStatus(app);
  };

  project.git.write("train.sh", "changed");
  assert.deepEqual(stages(await status()), { train: "up_to_date" });

  project.git.write("deep/train.sh", "changed");
  assert.deepEqual(stages(await status()), { train: "would_run; uncommitted deep/train.sh" });
});

Deno.test("status says what waits for the storage, also while that cannot be reached, and no more once it is sent", async () => {
  await using project = new TestProject({ storage: "memory" });
  project.commit(CONFIG, FILES);
  await project.run();
  await project.run({ force: true }, { env: { ...project.env, AERO_OFFLINE: "1" } });
  project.wrap = (storage) => new FaultyStorage(storage, [{ with: "unavailable" }]);

  const away = (await statusOf(project)).waiting;
  project.wrap = (storage) => storage;
  const before = await statusOf(project);
  await project.use((_, app) => pushWaiting(app, { names: [], dryRun: false }));
  const after = await statusOf(project);

  assert.deepEqual([away?.runs, away?.storage], [2, "memory"]);
  assert.deepEqual(before.waiting, away);
  assert.equal(after.waiting, undefined);
});
