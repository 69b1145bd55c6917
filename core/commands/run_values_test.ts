import assert from "node:assert/strict";
import { flatParams, metricColumns, paramText, varyingParams } from "./run_values.ts";

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

Deno.test("a param that is text stands as it is, others as JSON", () => {
  assert.deepEqual(["lag", "7", 7, true, null, [1, "a"], undefined].map((value) => paramText(value)), [
    ...["lag", "7", "7", "true", "null", '[1,"a"]', ""],
  ]);
});

Deno.test("a metric named like a member of every object is absent unless it is reported", () => {
  const [column] = metricColumns<Record<string, number>>(["constructor"], (row) => row);

  assert.equal(column!.value({}), "");
  assert.equal(column!.value({ constructor: 2 }), "2");
});
