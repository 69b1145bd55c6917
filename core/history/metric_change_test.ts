import assert from "node:assert/strict";
import { metricChanges } from "./metric_change.ts";

Deno.test("a difference in the last digits is told, and told to be rounding", () => {
  assert.deepEqual(metricChanges({ rmse: 1024 }, { rmse: 1024 + 2 ** -30 }), [
    { name: "rmse", a: 1024, b: 1024 + 2 ** -30, absolute: 2 ** -30, relative: 2 ** -40, rounding: true },
  ]);
});

Deno.test("a small difference that sums do not make is none of rounding", () => {
  const [change] = metricChanges({ rmse: 1 }, { rmse: 1 + 2 ** -29 });
  assert.equal(change!.rounding, undefined);
});

Deno.test("a difference from zero is never rounding, since zero has no size to compare it with", () => {
  assert.deepEqual(metricChanges({ loss: 0 }, { loss: 1e-12 }), [
    { name: "loss", a: 0, b: 1e-12, absolute: 1e-12 },
  ]);
});

Deno.test("metrics that one side lacks, or that are not finite, are told without a difference", () => {
  assert.deepEqual(metricChanges({ a: 1, c: "NaN" }, { b: 2, c: 1 }), [
    { name: "a", a: 1 },
    { name: "b", b: 2 },
    { name: "c", a: "NaN", b: 1 },
  ]);
});
