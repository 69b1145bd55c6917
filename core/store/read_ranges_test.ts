import assert from "node:assert/strict";
import { FaultyStorage } from "../../tests/support/faulty_storage.ts";
import { openMemoryStorage } from "../../tests/support/memory_storage.ts";
import { bytesBody, isStorageError, type StorageKey } from "../plugin/storage.ts";
import { readRange } from "./read_ranges.ts";

const KEY = "object" as StorageKey;
const BYTES = new Uint8Array(1000).map((_, at) => at % 251);

Deno.test("a range whose stream breaks is read again, and at last fails as the storage does", async () => {
  const storage = openMemoryStorage();
  await storage.put(KEY, bytesBody(BYTES));
  const faulty = new FaultyStorage(storage, [{
    on: "get",
    nth: [1, 2],
    with: "unavailable",
    afterBytes: 10,
  }]);
  const range = { offset: 100, length: 50 };

  assert.deepEqual(await readRange(faulty, KEY, range, {}), BYTES.slice(100, 150));
  assert.equal(faulty.calls.get, 3);
  faulty.faults = [{ on: "get", with: "unavailable", afterBytes: 10 }];
  await assert.rejects(readRange(faulty, KEY, range, {}), (error) => isStorageError(error, "unavailable"));
});
