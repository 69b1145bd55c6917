import assert from "node:assert/strict";
import { sampleRecord } from "../../tests/support/sample_run.ts";
import { writeVerdict } from "../format/verdict_format.ts";
import type { Digest } from "../model/digest.ts";
import type { FileEntry, Manifest } from "../model/manifest.ts";
import type { MetricValue } from "../model/metric.ts";
import type { RunRecord } from "../model/run.ts";
import type { RunId } from "../model/run_id.ts";
import type { Tolerance } from "../model/tolerance.ts";
import { type MetricSeries, seriesOf } from "./metric_series.ts";
import { judge, type Judged, toDocument } from "./verdict.ts";

const A = `sha256:${"a".repeat(64)}` as Digest;
const B = `sha256:${"b".repeat(64)}` as Digest;

function record(
  metrics: Record<string, MetricValue>,
  digest = A,
  changes: Partial<RunRecord> = {},
): RunRecord {
  const { model } = sampleRecord().outputs;
  const manifest = { ...model!.manifest, digest };
  return sampleRecord({
    metrics,
    outputs: { model: { ...model!, manifest } },
    run: "z".repeat(16) as RunId,
    ...changes,
  });
}

const by = (amount: number): Tolerance => ({ kind: "absolute", by: amount });
const share = (part: number): Tolerance => ({ kind: "relative", by: part });

const verdictOf = (original: RunRecord, reruns: readonly RunRecord[], rest: Partial<Judged> = {}) =>
  judge({ original, reruns, tolerance: {}, band: false, ...rest }).verdict;

Deno.test("equal outputs and metrics are identical, NaN among them", () => {
  const judged = {
    original: record({ a: 1, b: "NaN" }),
    reruns: [record({ b: "NaN", a: 1 })],
    tolerance: {},
    band: false,
  };

  assert.deepEqual(judge(judged), { verdict: "identical", differences: [] });
});

for (
  const [tolerance, rerun, verdict] of [
    [{ a: by(0.5) }, 100.5, "within_tolerance"],
    [{ a: by(0.5) }, 100.51, "different"],
    [{ a: share(0.01) }, 99, "within_tolerance"],
    [{ a: share(0.01) }, 98.9, "different"],
    [{ "*": by(1) }, 101, "within_tolerance"],
    [{ "*": by(1), a: by(0.1) }, 101, "different"],
    [{ b: by(1) }, 100.1, "different"],
    [{}, 100.1, "different"],
    [{ a: by(1) }, "NaN", "different"],
  ] as readonly (readonly [Record<string, Tolerance>, MetricValue, string])[]
) {
  Deno.test(`100 against ${rerun} with tolerance ${JSON.stringify(tolerance)} is ${verdict}`, () => {
    assert.equal(verdictOf(record({ a: 100 }), [record({ a: rerun }, B)], { tolerance }), verdict);
  });
}

Deno.test("one rerun that is off makes all different", () => {
  const reruns = [record({ a: 1 }), record({ a: 9 })];

  assert.equal(verdictOf(record({ a: 1 }), reruns, { tolerance: { a: by(1) } }), "different");
});

Deno.test("outputs that differ are different unless some metric vouches for them", () => {
  assert.equal(verdictOf(record({}), [record({}, B)], { tolerance: { "*": by(1) } }), "different");
  assert.equal(verdictOf(record({ a: 1 }), [record({ a: 1 }, B)]), "different");
  assert.equal(
    verdictOf(record({ a: 1 }), [record({ a: 1 }, B)], { tolerance: { a: by(0) } }),
    "within_tolerance",
  );
});

Deno.test("a metric or an output that only one run has is different", () => {
  const tolerance = { "*": by(1000) };

  assert.equal(verdictOf(record({ a: 1 }), [record({ a: 1, b: 1 })], { tolerance }), "different");
  assert.equal(verdictOf(record({ a: 1, b: 1 }), [record({ a: 1 })], { tolerance }), "different");
  const { differences } = judge({
    original: record({}),
    reruns: [record({}, A, { outputs: {} })],
    tolerance,
    band: false,
  });
  assert.deepEqual(differences, [{ kind: "output", rerun: "z".repeat(16), output: "model", a: A }]);
});

Deno.test("the band of repeats allows what lies between them, and no more", () => {
  const reruns = [10, 11, 12].map((a) => record({ a }, B));

  assert.equal(verdictOf(record({ a: 10 }), reruns, { band: true }), "within_tolerance");
  assert.equal(verdictOf(record({ a: 11.5 }), reruns, { band: true }), "within_tolerance");
  assert.equal(verdictOf(record({ a: 12.1 }), reruns, { band: true }), "different");
  assert.equal(verdictOf(record({ a: 9.9 }), reruns, { band: true }), "different");
  assert.equal(verdictOf(record({ a: 11.5 }), reruns), "different");
  assert.equal(verdictOf(record({ a: 10 }), reruns.slice(1, 2), { band: true }), "different");
});

Deno.test("repeats that agree among themselves and not with the original are different", () => {
  const reruns = [0.1, 0.1, 0.1].map((a) => record({ a }));

  assert.equal(verdictOf(record({ a: 0.3 }), reruns, { band: true }), "different");
});

Deno.test("a rerun that failed is different, and the state is told first", () => {
  const failed = record({}, A, { state: "failed", exit: { how: "exited", code: 3 }, outputs: {} });
  const { verdict, differences } = judge({
    original: record({}),
    reruns: [failed],
    tolerance: {},
    band: false,
  });

  assert.equal(verdict, "different");
  assert.deepEqual(differences[0], {
    kind: "state",
    rerun: "z".repeat(16),
    a: "succeeded",
    b: "failed, exit code 3",
  });
});

Deno.test("the first file that differs is named, and metrics that are off come before outputs", () => {
  const file = (path: string, digest: Digest) =>
    ({ kind: "file", path, size: 1, digest, executable: false }) as unknown as FileEntry;
  const manifests = new Map<Digest, Manifest>([
    [A, { entries: [file("a", A), file("b", A), file("c", A)] }],
    [B, { entries: [file("a", A), file("b", B)] }],
  ]);

  const judged = {
    original: record({ far: 1, near: 1 }),
    reruns: [record({ far: 2, near: 1.25 }, B)],
    tolerance: { near: by(0.5) },
    band: false,
    manifests,
  };
  const { differences } = judge(judged);
  const rerun = "z".repeat(16);

  assert.deepEqual(differences, [
    { kind: "metric", rerun, metric: "far", a: 1, b: 2, absolute: 1, relative: 1, within: false },
    { kind: "output", rerun, output: "model", a: A, b: B, file: "b", change: "modified", files: 2 },
    {
      kind: "metric",
      rerun,
      metric: "near",
      a: 1,
      b: 1.25,
      absolute: 0.25,
      relative: 0.25,
      within: true,
      allowed: { low: 0.5, high: 1.5 },
    },
  ]);
  const { run } = judged.original;
  const document = { schema: "aero/verdict@1", run, against: [run], verdict: "different", at: 1 } as const;
  assert(writeVerdict({ ...document, differences: toDocument(differences) }).length > 0);
});

const ORIGINAL = "k".repeat(16) as RunId;
const RERUN = "l".repeat(16) as RunId;
const LAST = "m".repeat(16) as RunId;

type Points = readonly (readonly [step: number | undefined, loss: number])[];

/** Runs whose last values agree, with series of their own. */
function judgeSeries(original: Points, reruns: readonly Points[], rest: Partial<Judged> = {}) {
  const ids = [ORIGINAL, RERUN, LAST];
  const series = new Map<RunId, MetricSeries>([original, ...reruns].map((points, i) => [
    ids[i]!,
    seriesOf(
      points.map(([step, loss], at) => ({ at, ...(step === undefined ? {} : { step }), values: { loss } })),
    ),
  ]));
  return judge({
    original: record({ loss: 1 }, A, { run: ORIGINAL }),
    reruns: reruns.map((_, i) => record({ loss: 1 }, A, { run: ids[i + 1]! })),
    tolerance: {},
    band: false,
    series,
    ...rest,
  });
}

Deno.test("metrics that agree at the end and not on the way are different, from the first step that differs", () => {
  const { verdict, differences } = judgeSeries([[1, 3], [2, 2.5], [3, 2], [4, 1]], [[
    [1, 3],
    [2, 2],
    [3, 9],
    [4, 1],
  ]]);

  assert.equal(verdict, "different");
  const change = { a: 2.5, b: 2, absolute: -0.5, relative: -0.2 };
  assert.deepEqual(differences, [
    { kind: "metric", rerun: RERUN, metric: "loss", point: 2, step: 2, ...change, within: false },
  ]);
});

Deno.test("series that are equal, NaN among them, are identical", () => {
  const points: Points = [[1, NaN], [undefined, 2], [3, 1]];

  assert.equal(judgeSeries(points, [points]).verdict, "identical");
});

Deno.test("a point too few, or of another step, is different whatever the tolerance", () => {
  const tolerance = { loss: by(100) };
  const original: Points = [[1, 2], [2, 1]];

  assert.equal(judgeSeries(original, [[[2, 1]]], { tolerance }).verdict, "different");
  assert.equal(judgeSeries(original, [[[1, 2], [3, 1]]], { tolerance }).verdict, "different");
  assert.equal(judgeSeries(original, [[[1, 2], [undefined, 1]]], { tolerance }).verdict, "different");
  assert.equal(judgeSeries(original, [[...original, [3, 1]]], { tolerance }).verdict, "different");
});

Deno.test("each point of a series may be as far off as the tolerance allows there", () => {
  const original: Points = [[1, 100], [2, 10], [3, 1]];
  const tolerance = { loss: share(0.1) };
  const near = judgeSeries(original, [[[1, 109], [2, 10.5], [3, 1]]], { tolerance });
  const far = judgeSeries(original, [[[1, 109], [2, 11.5], [3, 1]]], { tolerance });

  assert.equal(near.verdict, "within_tolerance");
  assert.deepEqual(near.differences.map((found) => "step" in found && found.step), [1]);
  assert.equal(far.verdict, "different");
  assert.deepEqual(far.differences.map((found) => "step" in found && found.step), [2]);
});

Deno.test("each point of a series may lie in the band that the reruns span there", () => {
  const reruns: Points[] = [[[1, 10], [2, 1]], [[1, 12], [2, 1]]];

  assert.equal(judgeSeries([[1, 11.5], [2, 1]], reruns, { band: true }).verdict, "within_tolerance");
  assert.equal(judgeSeries([[1, 900], [2, 1]], reruns, { band: true }).verdict, "different");
});

Deno.test("without outputs and metrics a verdict is by what was printed, else that does not count", () => {
  const { stdout } = sampleRecord().logs;
  const printed = (digest: Digest, outputs = {}) =>
    record({}, A, { outputs, logs: { stdout: { ...stdout!, digest } } });

  assert.equal(verdictOf(printed(A), [printed(A)]), "identical");
  const { verdict, differences } = judge({
    original: printed(A),
    reruns: [printed(B), record({}, A, { outputs: {}, logs: {} })],
    tolerance: {},
    band: false,
  });
  assert.equal(verdict, "different");
  const rerun = "z".repeat(16);
  assert.deepEqual(differences, [
    { kind: "log", rerun, log: "stdout", a: A, b: B },
    { kind: "log", rerun, log: "stdout", a: A },
  ]);
  const { outputs } = record({});
  assert.equal(verdictOf(printed(A, outputs), [printed(B, outputs)]), "identical");
});

Deno.test("outputs that the stage does not declare decide only where there is nothing else", () => {
  const declared: readonly string[] = [];

  const beside = judge({
    original: record({ a: 1 }),
    reruns: [record({ a: 1 }, B)],
    tolerance: {},
    band: false,
    declared,
  });

  assert.equal(beside.verdict, "within_tolerance");
  assert.deepEqual(beside.differences.map((difference) => difference.kind === "output" && difference.aside), [
    true,
  ]);
  assert.equal(verdictOf(record({}), [record({}, B)], { declared }), "different");
  assert.equal(verdictOf(record({ a: 1 }), [record({ a: 2 }, B)], { declared }), "different");
  assert.equal(verdictOf(record({ a: 1 }), [record({ a: 1 }, B)], { declared: ["model"] }), "different");
});
