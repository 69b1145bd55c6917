import assert from "node:assert/strict";
import { ClockedStores } from "../../tests/support/clocked_store.ts";
import { FaultyStorage } from "../../tests/support/faulty_storage.ts";
import { sampleRecord } from "../../tests/support/sample_run.ts";
import { MEDIA_TYPE } from "../model/descriptor.ts";
import { collectGarbage } from "./collect_garbage.ts";
import { objectKey } from "./keys.ts";
import { pinRun, unpinRun } from "./run_pins.ts";
import type { Store } from "./store.ts";

const DAY_MS = 24 * 3_600_000;

async function startedRun(store: Store) {
  const pack = await store.putBytes(new Uint8Array(900), MEDIA_TYPE.sourcePack);
  const record = sampleRecord();
  return { pack, start: { ...record, source: { ...record.source, packs: [pack] } } };
}

async function collectTwice(stores: ClockedStores): Promise<void> {
  for (let i = 0; i < 2; i++) {
    stores.now += 20 * DAY_MS;
    for await (const _ of collectGarbage(await stores.open(), { now: () => stores.now }));
  }
}

Deno.test("the sources of a run that goes on for weeks stay, and go if it is unpinned without a record", async () => {
  await using stores = new ClockedStores();
  const store = await stores.open();
  const { pack, start } = await startedRun(store);
  await pinRun(store, start);

  await collectTwice(stores);
  assert.deepEqual(stores.keys("objects/"), [objectKey(pack.digest)]);

  await unpinRun(store, start.run);
  await collectTwice(stores);
  assert.deepEqual(stores.keys("objects/"), []);
});

for (const failure of ["unavailable", new DOMException("Interrupted", "AbortError")] as const) {
  Deno.test(`a storage that fails with ${failure} keeps no run from starting and ending`, async () => {
    await using stores = new ClockedStores();
    const store = await stores.open((storage) =>
      new FaultyStorage(storage, [{ key: "pins/", with: failure }])
    );
    const { start } = await startedRun(store);

    await pinRun(store, start);
    await unpinRun(store, start.run);

    assert.deepEqual(stores.keys("pins/"), []);
  });
}
