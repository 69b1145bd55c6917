import assert from "node:assert/strict";
import { UserError } from "../errors.ts";
import { TestProject } from "../../tests/support/open_project.ts";

const TWO_STAGES = {
  params: { depth: 5, seed: 7 },
  stages: {
    make: { command: ["sh", "make.sh"], outputs: ["numbers"] },
    sum: {
      command: "sh sum.sh ${inputs.data}/n ${outputs.total} ${params.depth}",
      inputs: { data: "numbers" },
      outputs: ["total"],
      metrics: "metrics.json",
    },
  },
};
const SCRIPTS = {
  "make.sh": 'seq 3 > "$AERO_OUTPUTS/numbers/n"\n',
  "sum.sh": 'wc -l < "$1" > "$2/lines"\necho "{\\"test\\":{\\"depth\\":$3}}" > metrics.json\n' +
    'echo \'{"step":1,"loss":0.5}\' >> "$AERO_METRICS"\n',
};

for (const storage of ["memory", "local"] as const) {
  Deno.test(`a pipeline runs each stage as a run, linked by what it passes on (${storage})`, async () => {
    await using test = new TestProject({ storage });
    const commit = test.commit(TWO_STAGES, SCRIPTS);

    const [make, sum] = await test.run();

    assert.equal(make!.record.state, "succeeded");
    assert.equal(sum!.record.state, "succeeded");
    assert.equal(sum!.record.inputs.data!.run, make!.record.run);
    assert.equal(sum!.record.group, make!.record.group);
    assert.deepEqual(sum!.record.metrics, { loss: 0.5, "test.depth": 5 });
    assert.equal(sum!.record.outputs.total!.label, "v1");
    assert.equal(sum!.record.grade, "provenance");
    await test.use(async ({ services }) => {
      const version = await services.archive.getVersion(sum!.record.version);
      assert.equal(version.code.commit, commit);
      assert.deepEqual(version.command, [
        "sh",
        "sum.sh",
        "/aero/inputs/data/n",
        "/aero/outputs/total",
        "5",
      ]);
      assert.deepEqual(await Array.fromAsync(services.store.check()), []);
    });
    assert.deepEqual(test.unrecorded(), []);
    assert.deepEqual([...Deno.readDirSync(`${test.root}/.aero/work`)], []);
  });
}

Deno.test("a pipeline with nothing to do runs nothing, and --force runs it all the same", async () => {
  await using test = new TestProject({ storage: "memory" });
  test.commit(TWO_STAGES, SCRIPTS);
  const first = await test.run();

  const second = await test.run();
  const forced = await test.run({ force: true });

  assert.deepEqual(second.map(({ reused, record }) => [reused, record.run]), [
    [true, first[0]!.record.run],
    [true, first[1]!.record.run],
  ]);
  assert.deepEqual(forced.map(({ reused }) => reused), [false, false]);
  assert.equal(forced[1]!.record.outputs.total!.label, "v1", "equal content adds no version");
});

Deno.test("a param in one stage's command runs that stage again, and not the one before", async () => {
  await using test = new TestProject({ storage: "memory" });
  const stages = {
    ...TWO_STAGES.stages,
    make: { ...TWO_STAGES.stages.make, params: ["seed"] },
  };
  test.commit({ ...TWO_STAGES, stages }, SCRIPTS);
  await test.run();

  const outcomes = await test.run({ overrides: ["depth=6"] });

  assert.deepEqual(outcomes.map(({ reused }) => reused), [true, false]);
});

Deno.test("a commit that leaves the declared code as it was runs nothing again", async () => {
  await using test = new TestProject({ storage: "memory" });
  const stages = {
    make: { ...TWO_STAGES.stages.make, code: ["make.sh"] },
    sum: { ...TWO_STAGES.stages.sum, code: ["sum.sh"] },
  };
  test.commit({ ...TWO_STAGES, stages }, SCRIPTS);
  await test.run();
  test.git.commit({ "README.md": "more words" });

  const outcomes = await test.run();

  assert.deepEqual(outcomes.map(({ reused }) => reused), [true, true]);
});

Deno.test("a pipeline ends after the stage whose program fails, and says with which code", async () => {
  await using test = new TestProject({ storage: "memory" });
  test.commit(TWO_STAGES, { ...SCRIPTS, "make.sh": "echo no >&2; exit 3" });

  const outcomes = await test.run();

  assert.equal(outcomes.length, 1);
  const { record } = outcomes[0]!;
  assert.equal(record.state, "failed");
  assert.deepEqual(record.exit, { how: "exited", code: 3 });
  assert.deepEqual(record.outputs, {});
  await test.use(async ({ services }) => {
    assert.equal(new TextDecoder().decode(await services.store.getBytes(record.logs.stderr!)), "no\n");
  });
});

Deno.test("a program that leaves an output empty fails its run, and the reason names the output", async () => {
  await using test = new TestProject({ storage: "memory" });
  test.commit(TWO_STAGES, { ...SCRIPTS, "make.sh": "exit 0" });

  const { record } = (await test.run())[0]!;

  assert.equal(record.state, "failed");
  assert.match(record.reason!, /numbers/);
});

Deno.test("a program that cannot be started gives a failed run, and the error", async () => {
  await using test = new TestProject({ storage: "memory" });
  test.commit({ stages: { make: { command: "no-such-program" } } });

  await assert.rejects(test.run(), { code: "container_refused" });

  assert.deepEqual(test.unrecorded(), []);
  await test.use(async ({ services }) => {
    const [record] = await services.archive.records("toy");
    assert.equal(record!.state, "failed");
  });
});

Deno.test("an interrupt ends the program, and the run is recorded as aborted before the command ends", async () => {
  await using test = new TestProject({ storage: "local" });
  test.commit({ stages: { make: { command: ["sh", "wait.sh"] } } }, {
    "wait.sh": 'echo \'{"loss":1}\' >> "$AERO_METRICS"; echo ready; sleep 60\n',
  });
  const interrupt = new AbortController();
  const running = test.aero(["run"], { signal: interrupt.signal });
  await untilFile(`${test.root}/.aero/runs`, "stdout.log");
  interrupt.abort(new DOMException("Interrupted", "AbortError"));

  assert.equal((await running).code, 130);
  assert.deepEqual(test.unrecorded(), []);
  await test.use(async ({ services }) => {
    const [record] = await services.archive.records("toy");
    assert.equal(record!.state, "aborted");
    assert.deepEqual(record!.metrics, { loss: 1 });
  });
});

/** Waits until some run has a log with something in it. */
async function untilFile(runs: string, file: string): Promise<void> {
  for (;;) {
    try {
      for (const { name } of Deno.readDirSync(runs)) {
        if (Deno.statSync(`${runs}/${name}/${file}`).size > 0) return;
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

Deno.test("a stage that is unknown is refused before anything runs", async () => {
  await using test = new TestProject({ storage: "memory" });
  test.commit(TWO_STAGES, SCRIPTS);

  await assert.rejects(
    test.run({ stages: ["summ"] }),
    (error: unknown) => error instanceof UserError && error.code === "stage_unknown",
  );

  await test.use(async ({ services }) => assert.deepEqual(await services.archive.listRuns(), []));
});
