import assert from "node:assert/strict";
import { projectStatus } from "../core/actions/project_status.ts";
import { TestProject } from "./support/open_project.ts";

const STAGES = {
  stages: {
    a: { command: ["sh", "-c", "head -c 8 /dev/urandom > ${outputs.m}/m"], outputs: ["m"] },
    b: { command: ["sh", "-c", "cp ${inputs.m}/m ${outputs.n}/n"], inputs: { m: "m" }, outputs: ["n"] },
  },
};

/** A pipeline that gives something else each time, run once; its run of `a`. */
async function ranOnce() {
  const test = new TestProject();
  test.commit(STAGES);
  const [a, b] = await test.run();
  return { test, a: a!.record, b: b!.record };
}

async function standing(test: TestProject): Promise<Record<string, unknown>> {
  await using app = test.open();
  const { stages } = await projectStatus(app);
  return Object.fromEntries(
    stages.map(({ stage, run, state, reasons }) => [stage, run ?? [state, ...reasons]]),
  );
}

async function reused(test: TestProject): Promise<boolean[]> {
  return (await test.run()).map(({ reused }) => reused);
}

for (const command of ["verify", "rerun"]) {
  Deno.test(`aero ${command} of a stage that gives something else each time leaves its result and all made from it`, async () => {
    const { test, a, b } = await ranOnce();
    await using _test = test;

    const { code, out, err } = await test.aero(["--json", command, "m:v1"]);

    assert.equal(code, command === "verify" ? 1 : 0, err());
    if (command === "rerun") assert.deepEqual(JSON.parse(out()).outputs, { m: "m:v2" });
    assert.deepEqual(await standing(test), { a: a.run, b: b.run });
    Deno.removeSync(`${test.root}/.aero/index.db`);
    assert.deepEqual(await standing(test), { a: a.run, b: b.run }, "with an index that was made anew");
    assert.deepEqual(await reused(test), [true, true]);
  });
}

Deno.test("a rerun of a run whose stage has no result here is its result", async () => {
  const { test, a } = await ranOnce();
  await using _test = test;
  await test.use(({ services }) => services.results.remove(a.stageKey));

  assert.equal((await test.aero(["rerun", "m:v1"])).code, 0);

  const { a: standsNow } = await standing(test);
  await test.use(({ services }) => {
    const [newest] = services.index.query({ stage: "a", limit: 1 });
    assert.equal(newest!.parent?.kind, "rerun-of");
    assert.equal(standsNow, newest!.run);
    return Promise.resolve();
  });
});

Deno.test("a rerun is the result of its stage where the record of the result is lost", async () => {
  const { test, a } = await ranOnce();
  await using _test = test;
  const [second] = await test.run({ force: true });
  const path = `${test.storagePath}/runs/toy/${second!.record.run}/record.json`;
  Deno.removeSync(path);

  assert.equal((await test.aero(["rerun", a.run])).code, 0);

  const { a: standsNow } = await standing(test);
  assert.ok(![a.run, second!.record.run].includes(standsNow as never), String(standsNow));
});

Deno.test("a run that is forced is the result, also after one before it was judged", async () => {
  const { test, a } = await ranOnce();
  await using _test = test;

  const [second] = await test.run({ force: true });
  assert.equal((await test.aero(["verify", a.run])).code, 1);

  assert.equal((await standing(test)).a, second!.record.run);
});

Deno.test("what a stage would run for is told against its own runs, not against what was made to judge one", async () => {
  await using test = new TestProject();
  const config = (depth: number) => ({
    params: { depth },
    stages: { a: { command: ["sh", "-c", "echo ${params.depth} > ${outputs.m}/m"], outputs: ["m"] } },
  });
  test.commit(config(1));
  await test.run();
  test.commit(config(2));
  await test.run();
  assert.equal((await test.aero(["verify", "m:v1"])).code, 0);
  test.commit(config(3));

  assert.deepEqual(await standing(test), { a: ["would_run", "new code: aero.yaml", "param depth 2 → 3"] });
});

Deno.test("a commit and its version name the run that was repeated; what is rerun last is @last", async () => {
  await using test = new TestProject();
  const commit = test.commit({ stages: { a: { command: ["sh", "-c", "aero log n=$(date +%N)"] } } });
  const original = await test.record();
  const named = async (reference: string) =>
    JSON.parse((await test.aero(["--json", "show", reference])).out()).run;

  assert.equal((await test.aero(["rerun", original.run])).code, 0);

  assert.equal(await named(commit), original.run);
  assert.equal(await named(original.version), original.run);
  assert.notEqual(await named("@last"), original.run);
});

Deno.test("the metrics of a stage are those of its own newest run, not of one that was made to judge it", async () => {
  await using test = new TestProject();
  test.commit({ stages: { a: { command: ["sh", "-c", "aero log n=$(date +%N)"] } } });
  const original = await test.record();
  test.git.git("tag", "first");
  const shown = async (...flags: string[]) =>
    JSON.parse((await test.aero(["--json", "metrics", ...flags])).out()).run;

  await test.aero(["verify", original.run]);

  assert.equal(await shown(), original.run);
  assert.equal(await shown("--tags"), original.run);
});
