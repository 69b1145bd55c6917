import assert from "node:assert/strict";
import type { RunRecord } from "../model/run.ts";
import { NotedObserver, TestProject } from "../../tests/support/open_project.ts";
import { loadStoredRun, rerun, type RerunChanges } from "./rerun.ts";
import { verifyRun } from "./verify.ts";

const CONFIG = {
  params: { depth: 5, seed: 7 },
  stages: {
    train: {
      command: "sh train.sh ${params.depth} ${inputs.data}/n ${outputs.model}",
      inputs: { data: "counts" },
      outputs: ["model"],
      metrics: "m.json",
    },
  },
};
const TRAIN = 'cat "$2" > "$3/model"; echo "$1 $AERO_SEED" >> "$3/model"; echo "{\\"loss\\":$1}" > m.json\n';

/** A project with data and one run of it. */
async function withRun(train = TRAIN, config: Readonly<Record<string, unknown>> = CONFIG) {
  const test = new TestProject();
  test.commit(config, { "train.sh": train });
  Deno.writeTextFileSync(test.git.beside("n"), "1\n2\n");
  const added = await test.aero(["data", "add", test.git.beside("n"), "--name", "counts"]);
  assert.equal(added.code, 0, added.err());
  return { test, record: await test.record() };
}

function again(
  test: TestProject,
  record: RunRecord,
  changes: RerunChanges = {},
  observer = new NotedObserver(),
): Promise<RunRecord> {
  return test.use(async (project) =>
    await rerun(project, await loadStoredRun(project, record), changes, {
      observer,
      signal: new AbortController().signal,
      tags: ["again"],
    })
  );
}

function verify(test: TestProject, record: RunRecord, repeat = 1) {
  return test.use(async (project) =>
    await verifyRun(project, await loadStoredRun(project, record), {
      repeat,
      observer: new NotedObserver(),
      signal: new AbortController().signal,
    })
  );
}

Deno.test("a rerun has the version, inputs, params and outputs of its run, and is linked to it", async () => {
  const { test, record } = await withRun();
  await using _test = test;

  const other = await again(test, record);

  assert.notEqual(other.run, record.run);
  assert.deepEqual(other.parent, { kind: "rerun-of", run: record.run });
  assert.equal(other.version, record.version);
  assert.deepEqual(other.inputs, record.inputs);
  assert.deepEqual(other.outputs, record.outputs, "equal content keeps its label");
  assert.deepEqual(other.metrics, record.metrics);
  assert.deepEqual(other.tags, ["again"]);
});

Deno.test("what a run waits for before and behind its program is told", async () => {
  const { test, record } = await withRun();
  await using _test = test;
  const observer = new NotedObserver();

  await again(test, record, {}, observer);

  assert.deepEqual(observer.waits, ["Getting data", "Storing model", "Recording the run"]);
});

Deno.test("a rerun takes code from the stored commit, whatever the worktree holds meanwhile", async () => {
  const { test, record } = await withRun();
  await using _test = test;
  test.git.commit({ "train.sh": "exit 1", "aero.yaml": "broken: [" });
  test.git.write("left-over", "x");
  test.git.write("aero.yaml", JSON.stringify({ project: "toy", environment: { use: "host" }, stages: {} }));

  const other = await again(test, record);

  assert.equal(other.version, record.version);
  assert.deepEqual(other.outputs, record.outputs);
});

Deno.test("a rerun with another param is a variant, with another version", async () => {
  const { test, record } = await withRun();
  await using _test = test;

  const variant = await again(test, record, { params: { depth: 6, seed: 7 } });

  assert.deepEqual(variant.parent, { kind: "variant-of", run: record.run });
  assert.notEqual(variant.version, record.version);
  assert.deepEqual(variant.metrics, { loss: 6 });
  assert.equal(variant.outputs.model!.label, "v2");
});

Deno.test("`aero rerun` takes params and another version of an input", async () => {
  const { test, record } = await withRun();
  await using _test = test;
  Deno.writeTextFileSync(test.git.beside("n"), "3\n");
  await test.aero(["data", "add", test.git.beside("n"), "--name", "counts"]);

  const { code, err } = await test.aero([
    "rerun",
    record.run,
    "depth=2",
    "--artifact",
    "data=:v2",
  ]);

  assert.equal(code, 0, err());
  await test.use(async ({ services }) => {
    const variant = (await services.archive.records("toy")).find(({ run }) => run !== record.run)!;
    assert.equal(variant.inputs.data!.label, "v2");
    assert.deepEqual(variant.metrics, { loss: 2 });
  });
});

Deno.test("verify of a run that repeats is identical, and the verdict is kept", async () => {
  const { test, record } = await withRun();
  await using _test = test;

  const { verdict, differences, reruns } = await verify(test, record);

  assert.equal(verdict, "identical");
  assert.deepEqual(differences, []);
  assert.deepEqual(reruns.map(({ parent }) => parent), [{ kind: "rerun-of", run: record.run }]);
  await test.use(async ({ services }) => {
    const [kept] = await services.archive.verdicts("toy", record.run);
    assert.equal(kept!.verdict, "identical");
  });
});

Deno.test("aero verify tells the grade of the run, and why it is that", async () => {
  const { test, record } = await withRun();
  await using _test = test;

  const text = await test.aero(["verify", record.run]);
  const json = await test.aero(["--json", "verify", record.run]);

  assert.match(text.out(), / identical\n/);
  assert.match(text.out(), /grade provenance: it ran on the host, which is described and cannot be kept\n/);
  assert.equal(JSON.parse(json.out()).grade, "provenance");
});

Deno.test("verify of a run that does not repeat is different, exits 1, and names the output and the bytes", async () => {
  const { test, record } = await withRun(`${TRAIN}date +%s%N >> "$3/model"\n`);
  await using _test = test;

  const { code, out } = await test.aero(["--json", "verify", record.run]);

  assert.equal(code, 1);
  const result = JSON.parse(out());
  assert.equal(result.verdict, "different");
  assert.equal(result.differences[0].output, "model");
  assert.ok(result.differences[0].bytes.offset >= "1\n2\n5 7\n".length);
});

Deno.test("verify of a metric that moves within its tolerance is within tolerance", async () => {
  const stages = {
    train: { command: "sh train.sh", metrics: "m.json", tolerance: { loss: 1 } },
  };
  const { test, record } = await withRun(
    'n=$(date +%N); echo "{\\"loss\\":0.${n}}" > m.json\n',
    { ...CONFIG, stages },
  );
  await using _test = test;

  const { verdict } = await verify(test, record);

  assert.equal(verdict, "within_tolerance");
});

Deno.test("verify of a metric that comes to the same end on another way is different", async () => {
  const train = "n=$(date +%N); aero log loss=0.$n --step 1; aero log loss=0.5 --step 2\n";
  const { test, record } = await withRun(train, { ...CONFIG, stages: { train: { command: "sh train.sh" } } });
  await using _test = test;

  const { verdict, differences } = await verify(test, record);

  assert.equal(verdict, "different");
  assert.deepEqual(differences.map((found) => [found.kind, "step" in found && found.step]), [["metric", 1]]);
});

Deno.test("verify of a program that only prints compares what it prints", async () => {
  const config = { ...CONFIG, stages: { train: { command: "sh train.sh" } } };
  for (const [train, expected] of [["echo same", "identical"], ["date +%N", "different"]] as const) {
    const { test, record } = await withRun(train, config);
    await using _test = test;

    assert.equal((await verify(test, record)).verdict, expected);
  }
});

Deno.test("a verify whose rerun fails is different", async () => {
  const flag = Deno.makeTempFileSync();
  const { test, record } = await withRun(`[ -s ${flag} ] && exit 1\n${TRAIN}`);
  await using _test = test;
  Deno.writeTextFileSync(flag, "fail now");

  const { verdict, reruns } = await verify(test, record);

  assert.equal(reruns[0]!.state, "failed");
  assert.equal(verdict, "different");
  Deno.removeSync(flag);
});
