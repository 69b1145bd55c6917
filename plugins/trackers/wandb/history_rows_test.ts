import assert from "node:assert/strict";
import type { MetricPoint } from "../../../core/model/metric.ts";
import { takePoints } from "./history_rows.ts";
import { parseLoose } from "./loose_json.ts";
import { pointsOfRow } from "./read_rows.ts";
import type { Progress } from "./sent_run.ts";
import { readProgress, writeProgress } from "./sent_run.ts";

const NOTHING: Progress = {
  cursor: { events: 0, stdout: 0, stderr: 0 },
  rows: 0,
  lines: 0,
  step: -1,
  startedAt: 0,
  at: 0,
  moved: false,
};

const at = 1_800_000_000_000;

/** The lines that a server has when points come in pieces that end at `cuts`, each by a process of its own. */
function history(points: readonly MetricPoint[], cuts: readonly number[] = []): string[] {
  const lines: string[] = [];
  let progress = NOTHING;
  for (const [i, from] of [0, ...cuts].entries()) {
    const taken = takePoints(progress, points.slice(from, cuts[i] ?? points.length));
    for (const { number, text } of taken.lines) {
      assert.ok(number <= lines.length, "a line was left out");
      lines[number] = text;
    }
    progress = readProgress({ "_aero": writeProgress(taken.progress) })!;
  }
  assert.equal(progress.rows, lines.length);
  return lines;
}

function readBack(lines: readonly string[]) {
  return lines.flatMap((line) => [...pointsOfRow(parseLoose(line) as Record<string, unknown>, true)]);
}

const steps = (lines: readonly string[]) =>
  lines.map((line) => (parseLoose(line) as { _step: number })._step);

Deno.test("values of one step that come one after another share a line, and keep their times", () => {
  const lines = history([
    { step: 7, at, values: { loss: 1 } },
    { step: 7, at: at + 3, values: { acc: 2 } },
    { step: 8, at: at + 4, values: { loss: 3 } },
  ]);

  assert.deepEqual(steps(lines), [7, 8]);
  assert.deepEqual(readBack(lines), [
    { name: "loss", value: 1, at, step: 7 },
    { name: "acc", value: 2, at: at + 3, step: 7 },
    { name: "loss", value: 3, at: at + 4, step: 8 },
  ]);
});

Deno.test("steps that repeat, go back, are missing or have a fraction come back as they were", () => {
  const points: MetricPoint[] = [3, 3, undefined, 1, 2.5, -4, 2 ** 60, 4, Infinity].map((step, i) => ({
    at: at + i,
    values: { loss: i },
    ...(step === undefined ? {} : { step }),
  }));

  const lines = history(points);

  assert.deepEqual(steps(lines), [3, 4, 5, 6, 7, 8, 9, 10, 11]);
  assert.deepEqual(
    readBack(lines).map(({ step, value, at }) => ({ step, value, at })),
    points.map(({ step, at, values }) => ({ step, value: values.loss, at })),
  );
});

Deno.test("the lines are the same wherever what is sent is cut", () => {
  const points: MetricPoint[] = Array.from({ length: 24 }, (_, i) => ({
    step: [0, 0, 0, 1, 1, 0, 2, 5][i % 8]! + Math.floor(i / 8),
    at: at + i,
    values: { [["loss", "acc", "loss", "f1"][i % 4]!]: i % 5 === 0 ? NaN : i },
  }));
  const whole = history(points);

  for (let cut = 1; cut < points.length; cut++) {
    assert.deepEqual(history(points, [cut]), whole, `cut at ${cut}`);
  }
  assert.deepEqual(history(points, points.map((_, i) => i + 1).slice(0, -1)), whole);
});

Deno.test("metrics may have names that W&B and aero use themselves", () => {
  const values = { _step: 1, _timestamp: 2, "aero/step": 3, "aero/metric/x": 4, aero: 5 };

  const read = readBack(history([{ step: 9, at, values }]));

  assert.deepEqual(Object.fromEntries(read.map(({ name, value }) => [name, value])), values);
  assert.ok(read.every(({ step }) => step === 9));
});

Deno.test("a run of somebody else has the steps of W&B, and objects by dots", () => {
  const row = {
    _step: 4,
    _timestamp: 1.5,
    _runtime: 1,
    a: { b: 2, c: "NaN" },
    "aero/step": 8,
    image: { _type: "image-file", size: 3 },
    text: "x",
  };

  assert.deepEqual([...pointsOfRow(row, false)], [
    { name: "a.b", value: 2, at: 1500, step: 4 },
    { name: "a.c", value: NaN, at: 1500, step: 4 },
    { name: "aero/step", value: 8, at: 1500, step: 4 },
  ]);
});
