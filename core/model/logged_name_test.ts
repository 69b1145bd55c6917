import assert from "node:assert/strict";
import type { JsonObject, JsonValue } from "./json.ts";
import { loggedName, saysSame } from "./logged_name.ts";
import { paramAt } from "./params.ts";

const OWN: JsonObject = { lr: 0.1, model: { depth: 5 }, "logged.seed": 3, seed: 7 };

const named = (name: string, value: JsonValue) => loggedName(name, value, (at) => paramAt(OWN, at));

Deno.test("loggedName() is the program's own where the run has none of it", () => {
  assert.equal(named("batch", 32), "batch");
  assert.equal(named("model.width", 8), "model.width");
});

Deno.test("loggedName() of what the run has is none", () => {
  assert.equal(named("lr", 0.1), undefined);
  assert.equal(named("model.depth", "5"), undefined);
  assert.equal(named("model", { depth: 5 }), undefined);
});

Deno.test("loggedName() of another value is another name", () => {
  assert.equal(named("lr", 0.2), "logged.lr");
  assert.equal(named("model.depth", "6"), "logged.model.depth");
  assert.equal(named("model", { depth: 5, width: 8 }), "logged.model");
  assert.equal(named("seed", 8), "logged.logged.seed");
});

const SAME: readonly (readonly [JsonValue, JsonValue])[] = [
  [0.1, "0.1"],
  [0.00001, "1e-05"],
  [5, "5.0"],
  [1000, "1_000"],
  ["5", 5],
  [true, "True"],
  [false, "false"],
  [null, "None"],
  [[64, 64], "[64, 64]"],
  [["a", null, true], "['a', None, True]"],
  [{ depth: 5, use: "tree" }, "{'use': 'tree', 'depth': 5}"],
];

for (const [a, b] of SAME) {
  Deno.test(`${JSON.stringify(a)} and ${JSON.stringify(b)} say the same`, () => {
    assert(saysSame(a, b));
    assert(saysSame(b, a));
  });
}

const OTHER: readonly (readonly [JsonValue, JsonValue])[] = [
  [0, ""],
  [0, " "],
  [0, "_"],
  [0.1, "0.10001"],
  [1, true],
  ["a", "A"],
  ["True", "true"],
  [true, "yes"],
  [null, ""],
  [[64, 64], "64, 64"],
  [[1], { 0: 1 }],
];

for (const [a, b] of OTHER) {
  Deno.test(`${JSON.stringify(a)} and ${JSON.stringify(b)} do not say the same`, () => {
    assert(!saysSame(a, b));
    assert(!saysSame(b, a));
  });
}
