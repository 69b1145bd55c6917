import assert from "node:assert/strict";
import { fromMetricValue, toMetricValue } from "./metric.ts";

for (
  const [value, written] of [[1.5, 1.5], [NaN, "NaN"], [Infinity, "Infinity"], [
    -Infinity,
    "-Infinity",
  ]] as const
) {
  Deno.test(`the metric ${value} is ${JSON.stringify(written)} in documents, and read back from there`, () => {
    assert.equal(toMetricValue(value), written);
    assert.equal(fromMetricValue(written), value);
  });
}
