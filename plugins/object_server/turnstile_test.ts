import assert from "node:assert/strict";
import { Turnstile } from "./turnstile.ts";

Deno.test("who comes when all places are taken goes in when one leaves, in the order of coming", async () => {
  const turnstile = new Turnstile(1, 60_000);
  const inside = await turnstile.enter();
  const order: string[] = [];
  const second = turnstile.enter().then((place) => (order.push("second"), place));
  const third = turnstile.enter().then((place) => (order.push("third"), place));
  assert.deepEqual(order, []);

  inside[Symbol.dispose]();
  const place = await second;
  assert.deepEqual(order, ["second"]);
  place[Symbol.dispose]();
  (await third)[Symbol.dispose]();

  assert.deepEqual(order, ["second", "third"]);
});

Deno.test("who waits for too long goes in all the same", async () => {
  const turnstile = new Turnstile(1, 1);
  const inside = await turnstile.enter();

  const other = await turnstile.enter();

  other[Symbol.dispose]();
  inside[Symbol.dispose]();
  (await turnstile.enter())[Symbol.dispose]();
});
