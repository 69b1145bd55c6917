import assert from "node:assert/strict";
import type { JsonValue } from "./json.ts";
import { sameJson } from "./same_json.ts";

const CASES: readonly (readonly [JsonValue, JsonValue, boolean])[] = [
  [1, 1, true],
  [1, "1", false],
  [null, null, true],
  [null, {}, false],
  [null, [], false],
  [[], {}, false],
  [{}, [], false],
  [[1, 2], [1, 2], true],
  [[1, 2], [2, 1], false],
  [[1], [1, 1], false],
  [{ a: 1, b: [{ c: 2 }] }, { b: [{ c: 2 }], a: 1 }, true],
  [{ a: 1 }, { a: 1, b: 1 }, false],
  [{ a: 1, b: 1 }, { a: 1 }, false],
  [{ a: 1 }, { b: 1 }, false],
  [{ a: 1 }, { a: 2 }, false],
];

for (const [a, b, same] of CASES) {
  Deno.test(`${JSON.stringify(a)} and ${JSON.stringify(b)} are ${same ? "the same" : "not the same"}`, () => {
    assert.equal(sameJson(a, b), same);
  });
}
