import assert from "node:assert/strict";
import { makeStyle } from "../cli/style.ts";
import type { Lineage, LineageNode } from "../history/lineage.ts";
import { parseDigest } from "../model/digest.ts";
import { parseRunId } from "../model/run_id.ts";
import { lineageDot, lineageMermaid, lineageTree } from "./lineage_text.ts";

const plain = makeStyle({ colour: false, now: () => new Date(0) });
const clean = parseRunId("k".repeat(16)), train = parseRunId("m".repeat(16));

function artifact(name: string, labels: readonly string[] = ["v1"]): LineageNode {
  const manifest = parseDigest(`sha256:${"a".repeat(64)}`);
  return { kind: "artifact", id: name, project: "bikes", artifact: name, manifest, labels };
}

const nodes: LineageNode[] = [
  artifact("raw"),
  { kind: "run", id: clean, run: clean, project: "bikes", stage: "clean", state: "succeeded" },
  artifact("cleaned", []),
  { kind: "run", id: train, run: train },
  artifact("model", ["v1", "v3"]),
];
const lineage: Lineage = {
  nodes: new Map(nodes.map((node) => [node.id, node])),
  edges: [
    { from: "raw", to: clean, name: "raw" },
    { from: clean, to: "cleaned", name: "cleaned" },
    { from: "cleaned", to: train, name: "data" },
    { from: "raw", to: train, name: "extra" },
    { from: train, to: "model", name: "model" },
  ],
};

Deno.test("a tree of lineage grows to what a thing came from", () => {
  assert.equal(
    lineageTree(lineage, "model", "up", plain),
    [
      "model:v1,v3",
      "└─ run mmmmmmmmmmmmmmmm",
      "   ├─ cleaned:aaaaaaaaaaaa  as data",
      "   │  └─ clean kkkkkkkkkkkkkkkk succeeded",
      "   │     └─ raw:v1",
      "   └─ raw:v1  as extra",
    ].join("\n"),
  );
});

Deno.test("a tree of lineage grows to what came of a thing, and draws no branch twice", () => {
  assert.equal(
    lineageTree(lineage, "raw", "down", plain),
    [
      "raw:v1",
      "├─ clean kkkkkkkkkkkkkkkk succeeded",
      "│  └─ cleaned:aaaaaaaaaaaa",
      "│     └─ run mmmmmmmmmmmmmmmm",
      "│        └─ model:v1,v3",
      "└─ run mmmmmmmmmmmmmmmm  (see above)",
    ].join("\n"),
  );
});

Deno.test("a circle of equal bytes ends", () => {
  const circle: Lineage = {
    ...lineage,
    edges: [...lineage.edges, { from: "model", to: clean, name: "back" }],
  };

  assert.equal(lineageTree(circle, "model", "up", plain).split("(see above)").length - 1, 1);
});

Deno.test("DOT and Mermaid name nodes by number and quote every name", () => {
  const odd: Lineage = {
    nodes: new Map([['a"b', artifact('a"b')], ["b", artifact("b")]]),
    edges: [{ from: 'a"b', to: "b", name: 'in"put' }],
  };

  assert.equal(
    lineageDot(odd),
    [
      "digraph lineage {",
      "  rankdir=LR;",
      '  n0 [label="a\\"b:v1", shape=ellipse];',
      '  n1 [label="b:v1", shape=ellipse];',
      '  n0 -> n1 [label="in\\"put"];',
      "}",
    ].join("\n"),
  );
  assert.equal(
    lineageMermaid(odd),
    [
      "flowchart LR",
      '  n0(["a&quot;b:v1"])',
      '  n1(["b:v1"])',
      '  n0 -->|"in&quot;put"| n1',
    ].join("\n"),
  );
});
