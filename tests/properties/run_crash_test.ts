import assert from "node:assert/strict";
import { CutStorage } from "../support/cut_storage.ts";
import { TestProject } from "../support/open_project.ts";

const CONFIG = {
  stages: {
    make: { command: ["sh", "make.sh"], outputs: ["numbers"] },
    sum: { command: "sh sum.sh ${inputs.data}/n", inputs: { data: "numbers" } },
  },
};
const SCRIPTS = {
  "make.sh": 'seq 3 > "$AERO_OUTPUTS/numbers/n"; echo \'{"made":3}\' >> "$AERO_METRICS"\n',
  "sum.sh": 'wc -l < "$1"; echo \'{"sum":6}\' >> "$AERO_METRICS"\n',
};
const METRICS: Readonly<Record<string, unknown>> = { make: { made: 3 }, sum: { sum: 6 } };

/** Cuts are tried so many at a time, since most of each is waiting between attempts to reach the storage again. */
const AT_ONCE = 16;

/** A run whose storage is gone after `last` calls, and all that must hold then; whether it was cut off. */
async function cutAfter(last: number, lateReply: boolean): Promise<boolean> {
  await using test = new TestProject({ storage: "memory" });
  test.commit(CONFIG, SCRIPTS);
  test.wrap = (storage) => new CutStorage(storage, last, lateReply);
  const failure = await test.run().then(() => undefined, (error) => error);
  test.wrap = (storage) => storage;

  const told = `after call ${last}: ${failure}`;
  await test.use(async ({ services }, app) => {
    const index = await app.index();
    assert.deepEqual(test.unrecorded(), [], told);
    assert.deepEqual(await Array.fromAsync(services.store.check()), [], told);
    const records = await services.archive.records("toy");
    for (const { state, stage, metrics, run, exit } of records) {
      assert.ok(state === "succeeded" || state === "failed", told);
      if (exit !== undefined) assert.deepEqual(metrics, METRICS[stage], told);
      assert.equal(index.get(run)!.state, state, told);
    }
    assert.equal(index.query({}).length, records.length, told);
  });
  const outcomes = await test.run();
  assert.deepEqual(outcomes.map(({ record }) => record.state), ["succeeded", "succeeded"], told);
  await test.use(async ({ services }) =>
    assert.deepEqual(await Array.fromAsync(services.store.check()), [], told)
  );
  return failure !== undefined;
}

for (const lateReply of [false, true]) {
  const how = lateReply ? "loses the reply of" : "loses its storage after";
  Deno.test(`a run that ${how} any call is recorded by the next command, with its metrics, and can be done again`, async () => {
    let cuts = 0;
    for (let from = 0, isCut = true; isCut; from += AT_ONCE) {
      const tried = await Promise.all(
        Array.from({ length: AT_ONCE }, (_, i) => cutAfter(from + i, lateReply)),
      );
      cuts += tried.filter((wasCut) => wasCut).length;
      isCut = tried.every((wasCut) => wasCut);
    }
    assert.ok(cuts >= 10, `only ${cuts} calls`);
  });
}
