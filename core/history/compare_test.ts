import assert from "node:assert/strict";
import { sampleRecord, sampleVersion } from "../../tests/support/sample_run.ts";
import type { Digest } from "../model/digest.ts";
import type { FileEntry } from "../model/manifest.ts";
import type { RunRecord } from "../model/run.ts";
import { type ComparedRun, compareRuns, type ComparisonReaders } from "./compare.ts";

const A = `sha256:${"a".repeat(64)}` as Digest;
const B = `sha256:${"b".repeat(64)}` as Digest;

const file = (path: string, digest: Digest) =>
  ({ kind: "file", path, size: 1, digest, executable: false }) as unknown as FileEntry;

const REFUSES: ComparisonReaders = {
  codeChanges: () => Promise.reject(new TypeError("nothing is to be read")),
  packages: () => Promise.reject(new TypeError("nothing is to be read")),
  manifest: () => Promise.reject(new TypeError("nothing is to be read")),
};

function compared(record: Partial<RunRecord> = {}, version = sampleVersion()): ComparedRun {
  const start = sampleRecord(record);
  return { start, version, metrics: start.metrics, outputs: start.outputs };
}

Deno.test("equal runs have no differences, and nothing is read for them", async () => {
  const { run } = sampleRecord();

  assert.deepEqual(await compareRuns(compared(), compared(), REFUSES), {
    runs: [run, run],
    sameVersion: true,
    inputs: [],
    params: [],
    logged: [],
    environment: [],
    host: [],
    metrics: [],
    outputs: [],
  });
});

Deno.test("what programs logged is compared, less what their versions say too", async () => {
  const before = {
    ...compared(),
    logged: {
      params: { max_depth: "5", batch: 32, net: { width: 8 } },
      tags: { owner: "mira" },
      note: "first",
      inputs: [{ name: "counts", digest: "1" }],
    },
  };
  const after = {
    ...compared(),
    logged: {
      params: { max_depth: "6", batch: 32, net: { width: 9 } },
      tags: {},
      inputs: [{ name: "counts", url: "file:///counts" }],
    },
  };

  assert.deepEqual((await compareRuns(before, after, REFUSES)).logged, [
    { name: "inputs.counts", a: ["1"], b: ["file:///counts"] },
    { name: "note", a: "first" },
    { name: "params.max_depth", b: "6" },
    { name: "params.net.width", a: 8, b: 9 },
    { name: "tags.owner", a: "mira" },
  ]);
  assert.equal((await compareRuns(before, compared(), REFUSES)).logged.length, 5);
});

Deno.test("every kind of difference is told", async () => {
  const { environment, code } = sampleVersion();
  assert(environment.kind === "container");
  const { inputs, host, outputs } = sampleRecord();
  const changed = (digest: Digest) => ({ ...inputs.data!.manifest, digest });
  const after = compared(
    {
      version: B,
      metrics: { loss: 0.5, "grad norm": 3, rmse: "NaN", extra: 1 },
      inputs: { data: { ...inputs.data!, manifest: changed(B) }, more: inputs.data! },
      outputs: { model: { ...outputs.model!, manifest: changed(A) } },
      host: { ...host, cores: 8 },
    },
    sampleVersion({
      params: {
        features: "lag_one_week",
        max_depth: 6,
        model: { use: "tree", learning_rate: 0.2 },
        new: [1],
      },
      code: { ...code, commit: "e".repeat(40), tree: "f".repeat(40) },
      environment: { ...environment, image: B, network: "host" },
      command: ["python"],
    }),
  );

  const found = await compareRuns(compared(), after, {
    codeChanges: () => Promise.resolve([{ path: "train.py", change: "modified" as const }]),
    packages: (start) => Promise.resolve(start.version === B ? { a: "2", c: "1" } : { a: "1", b: "1" }),
    manifest: ({ digest }) =>
      Promise.resolve(digest === A ? undefined : { entries: digest === B ? [file("x", B)] : [file("x", A)] }),
  });

  assert.equal(found.sameVersion, false);
  assert.deepEqual(found.code, {
    commits: [code.commit, "e".repeat(40)],
    files: [{ path: "train.py", change: "modified" }],
  });
  assert.deepEqual(found.image, {
    images: [environment.image, B],
    packages: [{ name: "a", a: "1", b: "2" }, { name: "b", a: "1" }, { name: "c", b: "1" }],
  });
  assert.deepEqual(found.inputs.map(({ name, files }) => [name, files?.map((change) => change.change)]), [
    ["data", ["modified"]],
    ["more", undefined],
  ]);
  assert.equal(found.inputs[1]!.a, undefined);
  assert.deepEqual(found.params, [
    { name: "max_depth", a: 5, b: 6 },
    { name: "model.learning_rate", a: 0.1, b: 0.2 },
    { name: "new", b: [1] },
    { name: "seed", a: 7 },
  ]);
  assert.deepEqual(found.command?.[1], ["python"]);
  assert.deepEqual(found.environment, [{ name: "network", a: "none", b: "host" }]);
  assert.deepEqual(found.host, [{ name: "cores", a: 32, b: 8 }]);
  assert.deepEqual(found.metrics, [
    { name: "extra", b: 1 },
    { name: "loss", a: 0.25, b: 0.5, absolute: 0.25, relative: 1 },
    { name: "r2", a: "NaN" },
    { name: "rmse", a: 41.25, b: "NaN" },
  ]);
  // The manifest of one side is gone: the output is told, its files are not.
  assert.deepEqual(found.outputs.map((output) => [output.name, "files" in output]), [["model", false]]);
});
