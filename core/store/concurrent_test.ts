import assert from "node:assert/strict";
import { mapInOrder } from "./concurrent.ts";

async function* numbers(count: number) {
  for (let i = 0; i < count; i++) yield await Promise.resolve(i);
}

Deno.test("mapInOrder() gives results in order, with no more work under way than it may", async () => {
  let under = 0, most = 0;
  const ends: (() => void)[] = [];
  const results = mapInOrder(numbers(20), 3, async (item) => {
    most = Math.max(most, ++under);
    const { promise, resolve } = Promise.withResolvers<void>();
    ends.push(resolve);
    // The last of those that are under way ends first.
    if (ends.length === 3 || item >= 18) ends.splice(0).reverse().forEach((end) => end());
    await promise;
    under--;
    return item * 2;
  });

  assert.deepEqual(await Array.fromAsync(results), Array.from({ length: 20 }, (_, i) => i * 2));
  assert.equal(most, 3);
});

Deno.test("mapInOrder() throws the first failure in order when all that had begun has ended", async () => {
  const done: number[] = [];
  const gate = Promise.withResolvers<void>();
  const results = mapInOrder(numbers(9), 4, async (item) => {
    if (item === 1) throw new RangeError("one");
    if (item === 3) throw new RangeError("three");
    if (item > 1) await gate.promise;
    done.push(item);
    return item;
  });

  assert.equal((await results.next()).value, 0);
  const failed = results.next();
  gate.resolve();

  await assert.rejects(failed, /one/);
  assert.deepEqual(done, [0, 2, 4]);
});

Deno.test("mapInOrder() that nobody reads on ends with what had begun", async () => {
  let under = 0;
  for await (
    const _ of mapInOrder(numbers(9), 4, async () => {
      under++;
      await Promise.resolve();
      under--;
    })
  ) break;

  assert.equal(under, 0);
});
