import assert from "node:assert/strict";
import { sendWaiting } from "../../core/pipeline/send_waiting.ts";
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
  let cut: CutStorage | undefined;
  test.wrap = (storage) => cut = new CutStorage(storage, last, lateReply);
  const told = `after call ${last}`;

  const outcomes = await test.run();

  const wasCut = cut!.calls > last;
  assert.deepEqual(outcomes.map(({ record }) => record.state), ["succeeded", "succeeded"], told);
  assert.deepEqual(test.unrecorded(), [], told);
  test.wrap = (storage) => storage;
  const sent = await test.use(({ services }) => sendWaiting(services, {}));
  assert.ok(wasCut || sent.runs.length === 0, told);
  await test.use(async ({ services }, app) => {
    const index = await app.index();
    assert.deepEqual(await Array.fromAsync(services.store.check()), [], told);
    const records = await services.archive.records("toy");
    assert.equal(records.length, 2, told);
    for (const { state, stage, metrics, run } of records) {
      assert.equal(state, "succeeded", told);
      assert.deepEqual(metrics, METRICS[stage], told);
      assert.equal(index.get(run)!.state, state, told);
    }
    const labels = await services.catalog.labels("toy", "numbers");
    assert.deepEqual(labels.map(({ number }) => number), [1], told);
  });
  const again = await test.run();
  assert.deepEqual(again.map(({ reused }) => reused), [true, true], told);
  return wasCut;
}

for (const lateReply of [false, true]) {
  const how = lateReply ? "loses the reply of" : "loses its storage after";
  Deno.test(`a run that ${how} any call goes on, and all of it is sent by the next push`, async () => {
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
