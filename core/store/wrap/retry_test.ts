import assert from "node:assert/strict";
import { FaultyStorage } from "../../../tests/support/faulty_storage.ts";
import { openMemoryStorage } from "../../../tests/support/memory_storage.ts";
import { bytesBody, parseStorageKey, StorageError } from "../../plugin/storage.ts";
import { RetryStorage } from "./retry.ts";

const KEY = parseStorageKey("a");
const BODY = bytesBody(new Uint8Array(100));

function setUp(
  options: { readonly sleep?: (ms: number) => Promise<void>; readonly stepMs?: number } = {},
) {
  const clock = { at: 0 };
  const waits: number[] = [];
  const faulty = new FaultyStorage(openMemoryStorage());
  const sleep = options.sleep ?? (() => Promise.resolve());
  const storage = new RetryStorage(faulty, {
    random: () => 0.5,
    now: () => (clock.at += options.stepMs ?? 0),
    sleep: (ms) => {
      waits.push(ms);
      return sleep(ms);
    },
  });
  return { faulty, storage, waits, clock };
}

Deno.test("what is unavailable is tried again, with waits that double", async () => {
  const { faulty, storage, waits } = setUp();
  faulty.faults = [{ on: "put", nth: [1, 2, 3], with: "unavailable", afterBytes: 10 }];
  await storage.put(KEY, BODY);

  assert.deepEqual(waits, [150, 300, 600]);
  assert.equal((await storage.stat(KEY))?.size, 100);
});

Deno.test("a storage that has not answered at all is given up after a while, and one that has is not", async () => {
  const { faulty, storage, clock } = setUp({ stepMs: 1000 });
  faulty.faults = [{ with: "unavailable" }];

  await assert.rejects(storage.stat(KEY), { code: "unavailable" });
  const before = faulty.calls.stat;
  faulty.faults = [];
  await storage.stat(KEY);
  clock.at += 1_000_000;
  faulty.faults = [{ with: "unavailable" }];
  await assert.rejects(storage.stat(KEY), { code: "unavailable" });

  assert.deepEqual([before, faulty.calls.stat], [4, 4 + 1 + 5]);
});

Deno.test("what lasts is not tried again, unless the storage has answered before", async () => {
  const { faulty, storage } = setUp();
  const nobody = new StorageError("unavailable", { what: "Cannot ask" }, { isLasting: true });
  faulty.faults = [{ with: nobody }];

  await assert.rejects(storage.stat(KEY), nobody);
  const before = faulty.calls.stat;
  faulty.faults = [];
  await storage.stat(KEY);
  faulty.faults = [{ with: nobody }];
  await assert.rejects(storage.stat(KEY), nobody);

  assert.deepEqual([before, faulty.calls.stat], [1, 1 + 1 + 5]);
});

Deno.test("after the fifth attempt the last error comes out", async () => {
  const { faulty, storage } = setUp();
  faulty.faults = [{ with: "unavailable" }];

  await assert.rejects(storage.stat(KEY), { code: "unavailable" });
  assert.equal(faulty.calls.stat, 5);
});

for (
  const code of ["denied", "full", "not_found", "exists", "size_mismatch", "invalid_range", "closed"] as const
) {
  Deno.test(`${code} is not tried again`, async () => {
    const { faulty, storage } = setUp();
    faulty.faults = [{ with: code }];

    await assert.rejects(storage.get(KEY), { code });
    assert.equal(faulty.calls.get, 1);
  });
}

Deno.test("an exists after a put whose reply was lost is passed on", async () => {
  const { faulty, storage } = setUp();
  faulty.faults = [{ on: "put", nth: 1, with: "unavailable", afterCommit: true }];

  await assert.rejects(storage.put(KEY, BODY, { ifAbsent: true }), { code: "exists" });
  assert.equal(faulty.calls.put, 2);
});

Deno.test("a cancelled call does not reach the storage", async () => {
  const { faulty, storage } = setUp();
  const signal = AbortSignal.abort();

  await assert.rejects(storage.put(KEY, BODY, { signal }), { name: "AbortError" });
  await assert.rejects(Array.fromAsync(storage.list("", { signal })), { name: "AbortError" });
  assert.deepEqual(faulty.asked, []);
});

Deno.test("nothing is tried again after an abort", async () => {
  const controller = new AbortController();
  const { faulty, storage } = setUp({ sleep: () => Promise.resolve(controller.abort()) });
  faulty.faults = [{ with: "unavailable" }];

  await assert.rejects(storage.delete(KEY, { signal: controller.signal }), { name: "AbortError" });
  assert.equal(faulty.calls.delete, 1);
});

Deno.test("an abort ends the default wait at once", async () => {
  const faulty = new FaultyStorage(openMemoryStorage(), [{ with: "unavailable" }]);
  const controller = new AbortController();
  const storage = new RetryStorage(faulty, {
    firstDelayMs: 3_600_000,
    maxDelayMs: 3_600_000,
    log: () => queueMicrotask(() => controller.abort()),
  });

  await assert.rejects(storage.stat(KEY, { signal: controller.signal }), { name: "AbortError" });
});

Deno.test("a listing that breaks is begun anew, and gives each key once", async () => {
  const { faulty, storage } = setUp();
  for (const name of ["a", "b", "c", "d"]) await storage.put(parseStorageKey(name), BODY);
  faulty.faults = [{ on: "list", nth: 1, with: "unavailable", afterObjects: 2 }, {
    on: "list",
    nth: 2,
    with: "unavailable",
    afterObjects: 3,
  }];
  const keys = await Array.fromAsync(storage.list(""), ({ key }) => key);

  assert.deepEqual(keys, ["a", "b", "c", "d"]);
});
