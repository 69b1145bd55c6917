import assert from "node:assert/strict";
import { ClockedStores } from "../../tests/support/clocked_store.ts";
import { FaultyStorage } from "../../tests/support/faulty_storage.ts";
import { spoil } from "../../tests/support/memory_store.ts";
import { MEDIA_TYPE } from "../model/descriptor.ts";
import { bytesBody, type StoredObject } from "../plugin/storage.ts";
import { sampleRecord } from "../../tests/support/sample_run.ts";
import { writeRecord } from "../format/record_format.ts";
import type { CheckOptions } from "./check.ts";
import { objectKey, recordKey } from "./keys.ts";
import type { Store } from "./store.ts";

async function kinds(store: Store, options: CheckOptions = {}): Promise<string[]> {
  return (await Array.fromAsync(store.check(options))).map(({ kind, key }) => `${kind} ${key}`);
}

Deno.test("a quick check reads no object, and finds what is missing only", async () => {
  await using stores = new ClockedStores();
  const faulty: FaultyStorage[] = [];
  const store = await stores.open((storage) => faulty[0] = new FaultyStorage(storage));
  const { digest } = await store.putBytes(new Uint8Array(600_000), MEDIA_TYPE.file);
  await spoil(store.storage, objectKey(digest), (bytes) => bytes.with(5, 1));
  faulty[0]!.faults = [{ on: "get", key: "objects/", with: "unavailable" }];

  assert.deepEqual(await kinds(store, { quick: true }), []);

  faulty[0]!.faults = [];
  assert.deepEqual(await kinds(store), [`object_corrupt ${objectKey(digest)}`]);
});

Deno.test("something that cannot be read in the place of a document or an object is damage, not absence", async () => {
  await using stores = new ClockedStores();
  const store = await stores.open((storage) =>
    new FaultyStorage(storage, [{ on: "get", key: "objects/", with: "denied" }, {
      on: "get",
      key: "artifacts/",
      with: "denied",
    }])
  );
  const { digest } = await store.putBytes(new Uint8Array(600_000), MEDIA_TYPE.file);
  const label = "artifacts/bikes/counts/v1.json";
  await store.storage.put(label as StoredObject["key"], bytesBody(new Uint8Array(1)));

  assert.deepEqual(await kinds(store), [`object_corrupt ${objectKey(digest)}`, `document_corrupt ${label}`]);
});

Deno.test("a record whose bytes are stored for an hour and that is not under its key is missing", async () => {
  await using stores = new ClockedStores();
  const store = await stores.open();
  const record = sampleRecord();
  await store.putBytes(writeRecord(record), MEDIA_TYPE.record);

  assert.deepEqual(await kinds(store, { now: () => stores.now + 60_000 }), []);
  assert.deepEqual(await kinds(store, { now: () => stores.now + 3_700_000 }), [
    `document_missing ${recordKey(record.project, record.run)}`,
  ]);
});

Deno.test("what an interrupted check found right is not read again", async () => {
  await using stores = new ClockedStores();
  const store = await stores.open();
  await store.putBytes(new Uint8Array(600_000), MEDIA_TYPE.file);
  const right = new Set<string>();
  const memory = {
    isRight: ({ key }: StoredObject) => right.has(key),
    keep: ({ key }: StoredObject) => void right.add(key),
  };
  const read: number[] = [];

  await kinds(store, { memory, onRead: (bytes) => read.push(bytes) });
  await kinds(store, { memory, onRead: (bytes) => read.push(bytes) });

  assert.deepEqual(read, [600_000, 0]);
});
