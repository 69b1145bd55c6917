import assert from "node:assert/strict";
import { metricColumns, paramText } from "./value_columns.ts";

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
