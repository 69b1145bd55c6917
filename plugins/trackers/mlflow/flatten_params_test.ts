import assert from "node:assert/strict";
import type { JsonObject } from "../../../core/model/json.ts";
import { flattenParams } from "./flatten_params.ts";

function flat(params: JsonObject, most = 6000): Record<string, string> {
  return Object.fromEntries(flattenParams(params, most).map(({ key, value }) => [key, value]));
}

Deno.test("values become text, and nested ones get dotted names", () => {
  assert.deepEqual(
    flat({
      n: 0.1,
      big: 1e21,
      yes: true,
      no: null,
      list: [64, { a: 1 }],
      empty: {},
      text: "",
      a: { b: { c: "x" } },
    }),
    {
      n: "0.1",
      big: "1e+21",
      yes: "true",
      no: "null",
      list: '[64,{"a":1}]',
      empty: "{}",
      text: "",
      "a.b.c": "x",
    },
  );
});

Deno.test("two params of one dotted name are both there", () => {
  assert.deepEqual(flat({ a: { b: 1 }, "a.b": 2 }), { "a.b": "1", "a_x2e_b": "2" });
});

Deno.test("a long value ends with a mark and its hash, and has the length that is allowed", () => {
  const { long } = flat({ long: "🚲".repeat(5000) });

  assert.ok(long!.length <= 6000);
  assert.match(
    long!,
    /^(🚲)+… \[cut by aero: 10000 characters, sha256 [0-9a-f]{12}; whole in experiment-version\.json\]$/u,
  );
});

Deno.test("a value of just the length that is allowed is whole", () => {
  assert.equal(flat({ long: "x".repeat(500) }, 500).long, "x".repeat(500));
  assert.match(flat({ long: "x".repeat(501) }, 500).long!, /cut by aero/);
});

Deno.test("no params are no params", () => {
  assert.deepEqual(flattenParams({}, 500), []);
});
