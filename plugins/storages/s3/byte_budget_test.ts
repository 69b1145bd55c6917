import assert from "node:assert/strict";
import { ByteBudget } from "./byte_budget.ts";

Deno.test("who asks for more than is left waits until it is given back, in order", async () => {
  const budget = new ByteBudget(10);
  const order: string[] = [];
  const first = await budget.take(8, undefined);
  const second = budget.take(5, undefined).then((held) => (order.push("second"), held));
  const third = budget.take(1, undefined).then((held) => (order.push("third"), held));
  await Promise.resolve();
  assert.deepEqual(order, []);

  first[Symbol.dispose]();
  first[Symbol.dispose]();
  (await second)[Symbol.dispose]();
  (await third)[Symbol.dispose]();

  assert.deepEqual(order, ["second", "third"]);
});

Deno.test("more than all is given to who is alone", async () => {
  using held = await new ByteBudget(10).take(100, undefined);

  assert.ok(held);
});

Deno.test("an abort ends the wait, and lets the next one in", async () => {
  const budget = new ByteBudget(10);
  const first = await budget.take(6, undefined);
  const abort = new AbortController();
  const second = budget.take(10, abort.signal);
  const third = budget.take(4, undefined);
  abort.abort(new RangeError("enough"));

  await assert.rejects(second, RangeError);
  (await third)[Symbol.dispose]();
  first[Symbol.dispose]();
});
