import assert from "node:assert/strict";
import { openMemoryStorage } from "../../../tests/support/memory_storage.ts";
import { bytesBody, type ObjectBody, parseStorageKey } from "../../plugin/storage.ts";
import { LimitStorage } from "./limit.ts";

/** A body that begins when it is read and ends when `end` is called. */
function heldBody(onStart: () => void): { readonly body: ObjectBody; readonly end: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const open = () =>
    new ReadableStream<Uint8Array>({
      async pull(controller) {
        onStart();
        await promise;
        controller.close();
      },
    }, { highWaterMark: 0 });
  return { body: { size: 0, open }, end: resolve };
}

Deno.test("no more calls than the limit are under way, and the others follow in order", async () => {
  await using storage = new LimitStorage(openMemoryStorage(), 2);
  const started: number[] = [];
  const bodies = [0, 1, 2, 3].map((i) => heldBody(() => started.push(i)));
  const puts = bodies.map(({ body }, i) => storage.put(parseStorageKey(`k${i}`), body));
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual(started, [0, 1]);

  bodies[1]!.end();
  await puts[1];
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual(started, [0, 1, 2]);

  for (const { end } of bodies) end();
  await Promise.all(puts);
  assert.deepEqual(started, [0, 1, 2, 3]);
});

Deno.test("an abort ends the wait for a turn, and the turn goes to the next", async () => {
  await using storage = new LimitStorage(openMemoryStorage(), 1);
  const held = heldBody(() => {});
  const first = storage.put(parseStorageKey("a"), held.body);
  const controller = new AbortController();
  const second = storage.stat(parseStorageKey("a"), { signal: controller.signal });
  const third = storage.stat(parseStorageKey("a"));
  controller.abort();

  await assert.rejects(second, { name: "AbortError" });
  held.end();
  await first;
  assert.equal((await third)?.size, 0);
});

Deno.test("a put whose body is read from the same storage does not wait for itself", async () => {
  await using storage = new LimitStorage(openMemoryStorage(), 1);
  await storage.put(parseStorageKey("a"), bytesBody(new Uint8Array(100_000)));
  const stream = await storage.get(parseStorageKey("a"));
  await storage.put(parseStorageKey("b"), { size: 100_000, open: () => stream });

  assert.equal((await storage.stat(parseStorageKey("b")))?.size, 100_000);
});

Deno.test("a limit of less than one is refused", () => {
  assert.throws(() => new LimitStorage(openMemoryStorage(), 0), RangeError);
});
