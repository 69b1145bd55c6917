import assert from "node:assert/strict";
import type { MetricPoint } from "../../../core/model/metric.ts";
import { type MetricMarks, wireMetrics } from "./wire_metrics.ts";

function written(points: readonly MetricPoint[]) {
  const marks: MetricMarks = { stepless: new Set(), rounded: new Set(), names: new Map() };
  return { metrics: wireMetrics([{ kind: "metrics", points }], marks), marks };
}

Deno.test("what is not finite is text, and times and steps are whole numbers", () => {
  const { metrics, marks } = written([
    { step: 1, at: 5.9, values: { loss: NaN, gain: -Infinity } },
    { step: 1.5, at: -3, values: { loss: 1 } },
    { at: 7, values: { loss: 2 } },
    { step: 1e21, at: 8, values: { far: 3 } },
  ]);

  assert.equal(
    JSON.stringify(metrics),
    JSON.stringify([
      { key: "loss", value: "NaN", timestamp: 5, step: 1 },
      { key: "gain", value: "-Infinity", timestamp: 5, step: 1 },
      { key: "loss", value: 1, timestamp: 0, step: 1 },
      { key: "loss", value: 2, timestamp: 7, step: 0 },
      { key: "far", value: 3, timestamp: 8, step: Number.MAX_SAFE_INTEGER },
    ]),
  );
  assert.deepEqual([...marks.rounded], ["loss", "far"]);
  assert.deepEqual([...marks.stepless], ["loss"]);
});
