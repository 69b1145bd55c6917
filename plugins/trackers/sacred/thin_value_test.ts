import assert from "node:assert/strict";
import { BSON } from "mongodb";
import type { JsonObject, JsonValue } from "../../../core/model/json.ts";
import { CUT_KEY, fitText, fitValue } from "./thin_value.ts";

Deno.test("a value that fits stays as it is", () => {
  const value = { rate: 0.1, layers: [64, 32], nested: { note: "µ" } };

  assert.deepEqual(fitValue(value, 1000), value);
});

Deno.test("a long text is cut, and says so", () => {
  const { long, short } = fitValue({ long: "x".repeat(70_000), short: "y" }, 2 ** 20);

  assert.match(String(long), /^x{32000} \[… 38000 characters cut\]$/);
  assert.equal(short, "y");
});

Deno.test("many entries are cut until they fit, and the number of those that are gone stands there", () => {
  const value = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`key ${i}`, i]));

  const thinned = fitValue(value, 50_000);

  assert.ok(BSON.calculateObjectSize(thinned) <= 50_000);
  assert.equal(thinned[CUT_KEY], "99000 entries");
  assert.equal(thinned["key 0"], 0);
});

Deno.test("a list that is cut ends with how much is gone", () => {
  const { list } = fitValue({ list: Array.from({ length: 50_000 }, () => 1) }, 20_000) as {
    list: JsonValue[];
  };

  assert.equal(list.at(-1), "[… 49000 entries cut]");
});

Deno.test("levels that MongoDB does not take are cut", () => {
  let deep: JsonObject = { bottom: 1 };
  for (let level = 0; level < 150; level++) deep = { deep };

  const text = JSON.stringify(fitValue(deep, 2 ** 20));

  assert.match(text, /an object of 1 cut/);
  assert.doesNotMatch(text, /bottom/);
});

Deno.test("a cut never halves a character", () => {
  assert.equal(fitText("ab🚲cd", 3), "ab [… 4 characters cut]");
});
