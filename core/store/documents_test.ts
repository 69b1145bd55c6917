import assert from "node:assert/strict";
import { CountingStorage } from "../../tests/support/counting_storage.ts";
import { openMemoryStorage } from "../../tests/support/memory_storage.ts";
import { openMemoryStore } from "../../tests/support/memory_store.ts";
import { canonicalJsonBytes } from "../format/canonical_json.ts";
import { digestOf } from "../format/digest_of.ts";
import { digestHex } from "../model/digest.ts";
import { bytesBody, type Storage, type StorageKey } from "../plugin/storage.ts";
import { listDocuments } from "./documents.ts";
import { KnownNames } from "./known_names.ts";
import { Outbox } from "./outbox.ts";
import { OutboxStorage } from "./wrap/outbox.ts";

const BYTES = canonicalJsonBytes({ schema: "aero/x@1", text: "as it was written" });

/** Gives other bytes than are stored, as long as told to. */
function damaging(storage: Storage, damage: () => Uint8Array | undefined): Storage {
  return new Proxy(storage, {
    get(target, name) {
      if (name === "get") {
        return async (...args: Parameters<Storage["get"]>) => {
          const bytes = damage();
          return bytes === undefined ? await target.get(...args) : bytesBody(bytes).open();
        };
      }
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

const flipped = (at: number) => BYTES.map((byte, i) => i === at ? byte ^ 1 : byte);
const named = `runs/p/r/verdicts/${digestHex(digestOf(BYTES))}.json`;

for (
  const [what, key, wrong] of [
    ["cut", "runs/p/r/record.json", BYTES.subarray(0, -4)],
    ["no JSON", "runs/p/r/record.json", flipped(0)],
    ["not as aero writes JSON", "runs/p/r/record.json", flipped(BYTES.length - 1)],
    ["of another digest than its name says", named, flipped(BYTES.length - 6)],
  ] as const
) {
  Deno.test(`a document that came ${what} is given as it is, and not remembered`, async () => {
    const requests: string[] = [];
    let damage: Uint8Array | undefined;
    await using test = await openMemoryStore((storage) =>
      new CountingStorage(damaging(storage, () => damage), requests)
    );
    await test.storage.put(key as StorageKey, bytesBody(BYTES));
    const read = async () => (await listDocuments(test.store, "runs/", /\.json$/))[0]!.bytes;
    const gets = () => requests.filter((request) => request === `get ${key}`).length;

    damage = wrong;
    assert.deepEqual(Uint8Array.from(await read()), Uint8Array.from(wrong));
    damage = undefined;
    assert.deepEqual(Uint8Array.from(await read()), Uint8Array.from(BYTES));
    assert.equal(gets(), 2);
    assert.deepEqual(Uint8Array.from(await read()), Uint8Array.from(BYTES));
    assert.equal(gets(), 2, "what is right is remembered");
  });
}

Deno.test("documents that were read past the outbox once are known while the storage is away, not read again", async () => {
  const requests: string[] = [];
  await using test = await openMemoryStore((storage) => new CountingStorage(storage, requests));
  const key = "runs/p/r/record.json" as StorageKey;
  await test.storage.put(key, bytesBody(BYTES));
  await listDocuments(test.store, "runs/", /\.json$/);
  const list = async (offline: boolean) => {
    await using storage = await OutboxStorage.open({
      remote: test.storage,
      outbox: new Outbox({
        directory: `${test.directory}/outbox`,
        open: () => Promise.resolve(openMemoryStorage()),
        tryLock: (file) => file.tryLockSync(true),
      }),
      known: new KnownNames(`${test.directory}/names.db`),
      offline,
      now: () => 7000,
    });
    const documents = await listDocuments(
      { storage, knowledge: test.store.knowledge },
      "runs/p/",
      /\.json$/,
    );
    return documents.map(({ object, bytes }) => [object.key, Uint8Array.from(bytes)]);
  };

  const listed = [[key, Uint8Array.from(BYTES)]];
  assert.deepEqual(await list(false), listed);
  assert.deepEqual(await list(true), listed);
  assert.deepEqual(requests.filter((request) => request.startsWith("get runs/")), [`get ${key}`]);
});
