import assert from "node:assert/strict";
import { CountingStorage } from "../../tests/support/counting_storage.ts";
import { FaultyStorage } from "../../tests/support/faulty_storage.ts";
import { openMemoryStorage } from "../../tests/support/memory_storage.ts";
import { openMemoryStore } from "../../tests/support/memory_store.ts";
import { bytesBody, isStorageError, type StorageKey } from "../plugin/storage.ts";
import { RANGED_FROM_BYTES, readParts, readRange } from "./read_ranges.ts";

const KEY = "object" as StorageKey;
const SIZE = RANGED_FROM_BYTES + 5;

function bytes(): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(SIZE);
  for (let at = 0; at < SIZE; at += 997) all[at] = at % 251;
  return all;
}

Deno.test("a large object comes in order from several requests at once, and of each byte once", async () => {
  const storage = openMemoryStorage();
  await storage.put(KEY, bytesBody(bytes()));
  const counting = new CountingStorage(storage);

  const got = await new Blob(await Array.fromAsync(readParts(counting, KEY, SIZE, {}))).arrayBuffer();

  assert.ok(sameBytes(got, bytes()));
  assert.equal(counting.requests.length, 3);
});

Deno.test("a range whose stream breaks is read again, and at last fails as the storage does", async () => {
  const storage = openMemoryStorage();
  await storage.put(KEY, bytesBody(bytes().subarray(0, 1000)));
  const faulty = new FaultyStorage(storage, [{
    on: "get",
    nth: [1, 2],
    with: "unavailable",
    afterBytes: 10,
  }]);
  const range = { offset: 100, length: 50 };

  assert.deepEqual(await readRange(faulty, KEY, range, {}), bytes().slice(100, 150));
  assert.equal(faulty.calls.get, 3);
  faulty.faults = [{ on: "get", with: "unavailable", afterBytes: 10 }];
  await assert.rejects(readRange(faulty, KEY, range, {}), (error) => isStorageError(error, "unavailable"));
});

Deno.test("a part that fails ends the reading, and nothing is left under way", async () => {
  const storage = openMemoryStorage();
  await storage.put(KEY, bytesBody(bytes()));
  const faulty = new FaultyStorage(storage, [{ on: "get", nth: 2, with: "denied" }]);

  await assert.rejects(
    Array.fromAsync(readParts(faulty, KEY, SIZE, {})),
    (error) => isStorageError(error, "denied"),
  );
});

Deno.test("a large file is had by ranges, checked, and a wrong byte in it is found", async () => {
  const requests: string[] = [];
  await using test = await openMemoryStore((storage) => new CountingStorage(storage, requests));
  Deno.writeFileSync(`${test.directory}/large`, bytes());
  const [stored] = await test.store.putFiles([`${test.directory}/large`]);
  const file = { ...stored!, path: `${test.directory}/got`, executable: false };
  requests.length = 0;

  await test.store.getFiles([file]);

  assert.equal(requests.filter((request) => request.startsWith("get objects/")).length, 3);
  assert.ok(sameBytes(Deno.readFileSync(file.path).buffer, bytes()));
  const key = [...test.objects.keys()].find((one) => one.startsWith("objects/"))!;
  const wrong = test.objects.get(key)!.bytes.slice();
  wrong[SIZE - 1]! ^= 1;
  test.objects.set(key, { bytes: wrong, modifiedAt: 0 });
  await assert.rejects(
    test.store.getFiles([{ ...file, path: `${test.directory}/again` }]),
    (error) => (error as { code: string }).code === "object_corrupt",
  );
  assert.throws(() => Deno.statSync(`${test.directory}/again`), Deno.errors.NotFound);
});

/** Whether two arrays hold the same bytes; quicker than a deep comparison of millions. */
function sameBytes(a: ArrayBuffer, b: Uint8Array): boolean {
  const one = new Uint8Array(a);
  return one.length === b.length && one.every((byte, i) => byte === b[i]);
}
