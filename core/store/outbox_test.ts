import assert from "node:assert/strict";
import { openMemoryStorage } from "../../tests/support/memory_storage.ts";
import { bytesBody, type StorageKey } from "../plugin/storage.ts";
import { Outbox } from "./outbox.ts";
import { readAll } from "./verified_stream.ts";

const DOCUMENT = `images/${"ab".repeat(32)}.json` as StorageKey;
const bytesOf = (text: string) => new TextEncoder().encode(text);

/** An outbox in a directory of its own, and another opening of it, as another process has. */
async function openOutbox() {
  const directory = await Deno.makeTempDir();
  const held = openMemoryStorage();
  const open = () =>
    new Outbox({
      directory: `${directory}/outbox`,
      open: () => Promise.resolve(held),
      tryLock: (file) => file.tryLockSync(true),
    });
  const outbox = open(), other = open();
  return {
    outbox,
    other,
    async [Symbol.asyncDispose]() {
      await outbox[Symbol.asyncDispose]();
      await other[Symbol.asyncDispose]();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

Deno.test("a document that was replaced since it was sent still waits", async () => {
  await using test = await openOutbox();
  await test.outbox.put(DOCUMENT, bytesBody(bytesOf("old")), {});
  await test.other.put(DOCUMENT, bytesBody(bytesOf("new")), {});

  await test.outbox.removeSent(DOCUMENT, bytesOf("old"));
  const left = await readAll((await test.outbox.get(DOCUMENT, {}))!);
  await test.outbox.removeSent(DOCUMENT, bytesOf("new"));

  assert.equal(new TextDecoder().decode(left), "new");
  assert.equal(await test.outbox.get(DOCUMENT, {}), undefined);
});

Deno.test("an abort ends the wait for another sender, and the lock is free afterwards", async () => {
  await using test = await openOutbox();
  const abort = new AbortController();
  {
    using _sending = await test.outbox.lock();
    const waiting = test.other.lock({ signal: abort.signal });
    abort.abort(new DOMException("stop", "AbortError"));

    await assert.rejects(waiting, { message: "stop" });
  }

  using _again = await test.outbox.lock();
});

Deno.test("who waits for a sender gets its turn", async () => {
  await using test = await openOutbox();
  const first = await test.outbox.lock();
  const order: string[] = [];
  const second = test.other.lock().then((lock) => {
    order.push("second");
    return lock;
  });
  order.push("first");

  first[Symbol.dispose]();
  (await second)[Symbol.dispose]();

  assert.deepEqual(order, ["first", "second"]);
});
