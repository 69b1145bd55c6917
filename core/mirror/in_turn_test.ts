import assert from "node:assert/strict";
import { InTurn } from "./in_turn.ts";

Deno.test("what overlaps begins in order, whoever is ready first", async () => {
  const order = new InTurn();
  const [first, second, third] = [order.next(), order.next(), order.next()];
  const begun: string[] = [];
  const gate = Promise.withResolvers<void>();

  const last = third.begin(() => Promise.resolve(void begun.push("third")));
  const one = first.begin(async () => {
    await gate.promise;
    begun.push("first");
  });
  // The one between never begins: those behind it still wait for those before it.
  second[Symbol.dispose]();
  await Promise.resolve();
  assert.deepEqual(begun, []);
  gate.resolve();
  await Promise.all([one, last]);

  assert.deepEqual(begun, ["first", "third"]);
});

Deno.test("a beginning that fails holds up nobody once its work has ended", async () => {
  const order = new InTurn();
  const [first, second] = [order.next(), order.next()];

  await assert.rejects(first.begin(() => Promise.reject(new RangeError("no"))), /no/);
  first[Symbol.dispose]();

  await second.begin(() => Promise.resolve());
});
