import assert from "node:assert/strict";
import { flatParams, varyingParams } from "./run_values.ts";

Deno.test("mappings in params are opened, lists and empty mappings are values", () => {
  assert.deepEqual(flatParams({ seed: 7, model: { kind: "tree", deep: { n: 3 } }, list: [1], none: {} }), {
    seed: 7,
    "model.kind": "tree",
    "model.deep.n": 3,
    list: [1],
    none: {},
  });
});

Deno.test("params vary if a run has another value, another type, or lacks it", () => {
  const runs = [{ params: { a: 1, b: 1, c: 1, d: 1 } }, { params: { a: 1, b: 2, c: "1" } }];

  assert.deepEqual(varyingParams(runs), ["b", "c", "d"]);
});

Deno.test("no param varies in one run", () => {
  assert.deepEqual(varyingParams([{ params: { a: 1 } }]), []);
});
