import assert from "node:assert/strict";
import fc from "fast-check";
import { UserError } from "../errors.ts";
import { propertyRun } from "../../tests/support/property_seed.ts";
import { buildGraph, drawGraph, type GraphStage, selectStages } from "./graph.ts";

const stage = (inputs: string[], ...outputs: string[]): GraphStage => ({
  inputs: Object.fromEntries(inputs.map((artifact, i) => [`in${i}`, artifact])),
  outputs,
});

const BIKES = {
  evaluate: stage(["model", "cleaned"], "report"),
  train: stage(["cleaned"], "model"),
  plot: stage(["raw"]),
  clean: stage(["raw"], "cleaned"),
};

Deno.test("buildGraph() puts each stage behind those that it reads from, and keeps the order otherwise", () => {
  assert.deepEqual(buildGraph(BIKES).order, ["clean", "train", "evaluate", "plot"]);
  assert.deepEqual(buildGraph({ b: stage([]), a: stage([]), c: stage([]) }).order, ["b", "a", "c"]);
});

Deno.test("buildGraph() makes an edge of a bare name only: one with a label is a stored artifact", () => {
  const { edges } = buildGraph({ clean: stage([], "cleaned"), train: stage(["cleaned:v3", "cleaned@best"]) });

  assert.deepEqual(edges, []);
});

Deno.test("buildGraph() names the stages of a cycle", () => {
  const stages = { a: stage(["z"], "x"), b: stage(["x"], "y"), c: stage(["y"], "z"), d: stage(["x"]) };

  assert.throws(
    () => buildGraph(stages),
    (error: unknown) =>
      error instanceof UserError && error.code === "pipeline_cycle" &&
      error.report.why!.includes("a → c → b → a"),
  );
});

Deno.test("buildGraph() refuses a stage that reads what it writes", () => {
  assert.throws(() => buildGraph({ a: stage(["x"], "x") }), { code: "pipeline_cycle" });
});

Deno.test("buildGraph() refuses an artifact that two stages write, and names both", () => {
  assert.throws(
    () => buildGraph({ one: stage([], "x"), two: stage([], "x") }),
    (error: unknown) =>
      error instanceof UserError && error.code === "output_made_twice" &&
      ['"one"', '"two"', '"x"'].every((word) => error.report.why!.includes(word)),
  );
});

Deno.test("buildGraph() orders any acyclic pipeline so that makers come first, the same each time", () => {
  const pipeline = fc.array(fc.array(fc.nat(20)), { minLength: 1, maxLength: 20 }).chain((reads) =>
    fc.shuffledSubarray(reads.map((_, i) => i), { minLength: reads.length }).map((names) =>
      Object.fromEntries(names.map((name) => [
        `s${name}`,
        stage(reads[name]!.filter((other) => other < name).map((other) => `a${other}`), `a${name}`),
      ]))
    )
  );
  fc.assert(
    fc.property(pipeline, (stages) => {
      const { order, edges } = buildGraph(stages);
      assert.deepEqual([...order].sort(), Object.keys(stages).sort());
      for (const { from, to } of edges) assert.ok(order.indexOf(from) < order.indexOf(to));
      assert.deepEqual(buildGraph(stages).order, order);
    }),
    propertyRun(),
  );
});

const CHOICES: [stages: string[], only: string[], chosen: string[]][] = [
  [[], [], ["clean", "train", "evaluate", "plot"]],
  [["train"], [], ["clean", "train"]],
  [["plot", "train"], [], ["clean", "train", "plot"]],
  [[], ["train"], ["train"]],
  [[], ["lo", "rai"], ["train", "plot"]],
];

for (const [stages, only, chosen] of CHOICES) {
  Deno.test(`selectStages() of [${stages}] and only [${only}] is [${chosen}]`, () => {
    assert.deepEqual(selectStages(buildGraph(BIKES), { stages, only }), chosen);
  });
}

for (const choice of [{ stages: ["trian"], only: [] }, { stages: [], only: ["train", "xx"] }]) {
  Deno.test(`selectStages() refuses ${JSON.stringify(choice)} and lists the stages`, () => {
    assert.throws(
      () => selectStages(buildGraph(BIKES), choice),
      (error: unknown) =>
        error instanceof UserError && error.code === "stage_unknown" && error.report.why!.includes("clean"),
    );
  });
}

Deno.test("drawGraph() draws text, DOT and Mermaid", () => {
  const graph = buildGraph({ clean: stage([], "cleaned"), train: stage(["cleaned"]) });

  assert.equal(drawGraph(graph, "text"), "clean\ntrain  ← cleaned from clean");
  assert.equal(
    drawGraph(graph, "dot"),
    'digraph pipeline {\n  "clean";\n  "train";\n  "clean" -> "train" [label="cleaned"];\n}',
  );
  assert.equal(
    drawGraph(graph, "mermaid"),
    'flowchart LR\n  s0["clean"]\n  s1["train"]\n  s0 -->|"cleaned"| s1',
  );
});

Deno.test("drawGraph() keeps quotes and words of the diagram's own language inside labels", () => {
  const graph = buildGraph({ 'a"] --> b': stage([], 'x"|'), end: stage(['x"|']) });

  assert.match(drawGraph(graph, "dot"), /"a\\"\] --> b" -> "end" \[label="x\\"\|"\];/);
  assert.deepEqual(drawGraph(graph, "mermaid").split("\n").slice(1), [
    '  s0["a#quot;] --> b"]',
    '  s1["end"]',
    '  s0 -->|"x#quot;|"| s1',
  ]);
});
