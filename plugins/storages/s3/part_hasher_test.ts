import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { PartHasher } from "./part_hasher.ts";

Deno.test("parts are hashed as far as they are filled, and nothing is waited for once the storage is closed", async () => {
  const hasher = new PartHasher();
  const parts = [3, 100_000, 1].map((length, i) => {
    const bytes = new Uint8Array(new SharedArrayBuffer(100_000)).map((_, at) => at * (i + 3) + (at >> 8));
    const memory = new SharedArrayBuffer(100_000);
    new Uint8Array(memory).set(bytes);
    return { memory, length, expected: createHash("sha256").update(bytes.subarray(0, length)).digest("hex") };
  });
  const found = await Promise.all(parts.map(({ memory, length }) => hasher.hash(memory, length)));
  assert.deepEqual(found, parts.map(({ expected }) => expected));
  const last = hasher.hash(parts[1]!.memory, 100_000);
  hasher[Symbol.dispose]();
  await assert.rejects(last, /has been closed/);
  await assert.rejects(hasher.hash(parts[0]!.memory, 3), /has been closed/);
});

Deno.test("a thread that ends fails what it was given, and the next part has another", async () => {
  using hasher = new PartHasher();
  const memory = new SharedArrayBuffer(3);

  await assert.rejects(hasher.hash(memory, 4), /A Worker ended/);

  assert.equal(await hasher.hash(memory, 3), createHash("sha256").update(new Uint8Array(3)).digest("hex"));
});
