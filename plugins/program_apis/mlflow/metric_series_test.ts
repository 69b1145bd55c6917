import assert from "node:assert/strict";
import { MetricSeries, type Point, PointBudget } from "./metric_series.ts";

function points(count: number): Point[] {
  return Array.from({ length: count }, (_, i) => ({ value: i / 2, timestamp: 1000 + i, step: i }));
}

Deno.test("a series gives back its points in their order", () => {
  const series = new MetricSeries(new PointBudget());
  const said = points(1000);
  for (const point of said) series.add(point);

  assert.equal(series.length, 1000);
  assert.deepEqual(series.slice(0, 2000), said);
  assert.deepEqual(series.slice(10, 12), said.slice(10, 12));
});

Deno.test("the latest point is that of the highest step, then time, then value, and NaN only if nothing else is", () => {
  const series = new MetricSeries(new PointBudget());
  const latest = (value: number, timestamp: number, step: number) => {
    series.add({ value, timestamp, step });
    return series.latest!.value;
  };

  assert.ok(Number.isNaN(latest(NaN, 5, 1)));
  assert.equal(latest(1, 5, 1), 1);
  assert.equal(latest(NaN, 5, 1), 1);
  assert.equal(latest(0, 9, 0), 1);
  assert.equal(latest(2, 5, 1), 2);
  assert.equal(latest(-1, 6, 1), -1);
});

Deno.test("an equal point that came shortly before is found, also NaN, and no other", () => {
  const series = new MetricSeries(new PointBudget());
  series.add({ value: NaN, timestamp: 1, step: 1 });
  for (const point of points(500)) series.add(point);

  assert.ok(series.has({ value: 100, timestamp: 1200, step: 200 }));
  assert.ok(!series.has({ value: 100, timestamp: 1200, step: 201 }));
  assert.ok(!series.has({ value: 100.5, timestamp: 1200, step: 200 }));
  assert.ok(series.has({ value: NaN, timestamp: 1, step: 1 }));
});

Deno.test("without room a series forgets its points, and leaves the room to others", () => {
  const budget = new PointBudget(10);
  const long = new MetricSeries(budget), short = new MetricSeries(budget);
  short.add({ value: 1, timestamp: 1, step: 1 });
  for (const point of points(20)) long.add(point);
  for (const point of points(5)) short.add(point);

  assert.equal(long.length, undefined);
  assert.deepEqual(long.slice(0, 20), []);
  assert.equal(long.latest?.step, 19);
  assert.equal(short.length, 6);
  assert.equal(budget.left, 4);
});
