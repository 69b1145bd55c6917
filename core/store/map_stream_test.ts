import assert from "node:assert/strict";
import { mapStream } from "./map_stream.ts";

Deno.test("mapStream() gives every result, and no more than the limit are under way", async () => {
  let running = 0, most = 0;
  const work = async (item: number) => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve));
    running--;
    return item * 2;
  };

  const results = await Array.fromAsync(mapStream([1, 2, 3, 4, 5], 2, work));

  assert.deepEqual(results.sort(), [10, 2, 4, 6, 8]);
  assert.equal(most, 2);
});

Deno.test("mapStream() fails with the first failure, after what had begun has ended", async () => {
  const ended: number[] = [];
  const work = async (item: number) => {
    if (item === 2) throw new TypeError("two");
    await new Promise((resolve) => setTimeout(resolve));
    ended.push(item);
  };

  await assert.rejects(Array.fromAsync(mapStream([1, 2, 3, 4, 5, 6, 7, 8], 2, work)), /two/);
  assert.ok(ended.includes(1) && !ended.includes(8), ended.join());
});
