import assert from "node:assert/strict";
import { sampleRecord } from "../../tests/support/sample_run.ts";
import type { Digest } from "../model/digest.ts";
import type { ArtifactLabel, Origin } from "../model/lineage.ts";
import type { RunRecord } from "../model/run.ts";
import type { RunId } from "../model/run_id.ts";
import { artifactNodeId, buildLineage, downstream, type Lineage, upstream } from "./lineage.ts";

const digest = (letter: string) => `sha256:${letter.repeat(64)}` as Digest;
const manifest = (letter: string) => ({ ...sampleRecord().journal, digest: digest(letter) });
const run = (letter: string) => letter.repeat(16) as RunId;
const at = (artifact: string, letter: string, project = "bikes") =>
  artifactNodeId(project, artifact, digest(letter));

function label(artifact: string, letter: string, number: number, origin: Origin): ArtifactLabel {
  const schema = "aero/label@1";
  return {
    schema,
    project: "bikes",
    artifact,
    number,
    manifest: manifest(letter),
    files: 1,
    bytes: 1,
    origin,
    createdAt: 1,
  };
}

function record(
  letter: string,
  inputs: Record<string, [artifact: string, letter: string, run?: string]>,
  outputs: Record<string, [artifact: string, letter: string]>,
): RunRecord {
  return sampleRecord({
    run: run(letter),
    inputs: Object.fromEntries(
      Object.entries(inputs).map(([name, [artifact, of, by]]) => [
        name,
        { artifact, manifest: manifest(of), ...(by === undefined ? {} : { run: run(by) }) },
      ]),
    ),
    outputs: Object.fromEntries(
      Object.entries(outputs).map(([name, [artifact, of]]) => [
        name,
        { artifact, label: "v1", manifest: manifest(of), files: 1, bytes: 1 },
      ]),
    ),
  });
}

const LINEAGE = buildLineage(
  [
    label("raw", "a", 1, { kind: "added", by: "mira", host: "h", path: "/p" }),
    label("cleaned", "b", 1, { kind: "run", run: run("k"), output: "cleaned" }),
  ],
  [
    record("l", { data: ["cleaned", "b", "k"], other: ["zoo/extra", "e", "q"] }, { model: ["model", "c"] }),
    record("k", { raw: ["raw", "a"] }, { cleaned: ["cleaned", "b"] }),
    record("m", { model: ["model", "c", "l"] }, { report: ["report", "d"] }),
  ],
);

const idsOf = (lineage: Lineage) => [...lineage.nodes.keys()].sort();

Deno.test("what made a thing is upstream of it, from other projects too", () => {
  assert.deepEqual(
    idsOf(upstream(LINEAGE, at("model", "c"))),
    [
      at("raw", "a"),
      at("cleaned", "b"),
      at("model", "c"),
      at("extra", "e", "zoo"),
      run("k"),
      run("l"),
      run("q"),
    ].sort(),
  );
});

Deno.test("what came of a thing is downstream of it", () => {
  assert.deepEqual(
    idsOf(downstream(LINEAGE, at("cleaned", "b"))),
    [at("cleaned", "b"), run("l"), at("model", "c"), run("m"), at("report", "d")].sort(),
  );
  assert.deepEqual(idsOf(downstream(LINEAGE, at("report", "d"))), [at("report", "d")]);
});

Deno.test("a walk ends at its depth, and at a thing that is not there", () => {
  assert.deepEqual(idsOf(upstream(LINEAGE, at("model", "c"), 1)), [at("model", "c"), run("l")].sort());
  assert.deepEqual(idsOf(upstream(LINEAGE, at("model", "f"))), []);
});

Deno.test("each edge is told once, by the name that the stage gives it", () => {
  const into = (id: string) => LINEAGE.edges.filter((edge) => edge.to === id);

  assert.deepEqual(into(at("cleaned", "b")), [{ from: run("k"), to: at("cleaned", "b"), name: "cleaned" }]);
  assert.deepEqual(into(at("model", "c")), [{ from: run("l"), to: at("model", "c"), name: "model" }]);
  assert.deepEqual(into(run("m")), [{ from: at("model", "c"), to: run("m"), name: "model" }]);
});

Deno.test("a run is known by its id alone if its record is not at hand", () => {
  assert.deepEqual(LINEAGE.nodes.get(run("q")), { kind: "run", id: run("q"), run: run("q") });
});

Deno.test("equal bytes that make a circle are walked once", () => {
  const circle = buildLineage([], [record("k", { x: ["x", "a"] }, { x: ["x", "a"] })]);

  assert.deepEqual(idsOf(upstream(circle, at("x", "a"))), [at("x", "a"), run("k")].sort());
});
