import assert from "node:assert/strict";
import { sampleRecord } from "../../tests/support/sample_run.ts";
import { writeVerdict } from "../format/verdict_format.ts";
import type { Digest } from "../model/digest.ts";
import type { FileEntry, Manifest } from "../model/manifest.ts";
import type { MetricValue } from "../model/metric.ts";
import type { RunRecord } from "../model/run.ts";
import type { RunId } from "../model/run_id.ts";
import type { Tolerance } from "../model/tolerance.ts";
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

Deno.test("the band of repeats allows what spreads as they do, and no more", () => {
  const reruns = [10, 11, 12].map((a) => record({ a }, B));

  // mean 11, s 1, t(2) = 9.925: from -0.46 to 22.46.
  assert.equal(verdictOf(record({ a: 20 }), reruns, { band: true }), "within_tolerance");
  assert.equal(verdictOf(record({ a: 23 }), reruns, { band: true }), "different");
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
