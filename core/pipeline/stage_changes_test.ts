import assert from "node:assert/strict";
import { digestOf } from "../format/digest_of.ts";
import type { ContainerIdentity, ExperimentVersion } from "../model/experiment_version.ts";
import { versionChanges } from "./stage_changes.ts";

const CONTAINER: ContainerIdentity = {
  kind: "container",
  image: digestOf("image"),
  platform: "linux/amd64",
  env: { OMP_NUM_THREADS: "1" },
  network: "none",
  runArgs: [],
};
const VERSION: ExperimentVersion = {
  schema: "aero/experiment-version@1",
  project: "bikes",
  stage: "train",
  code: { commit: "1".repeat(40), tree: "2".repeat(40) },
  environment: CONTAINER,
  inputs: { data: { artifact: "cleaned", digest: digestOf("one") } },
  params: { seed: 7, model: { depth: 5 } },
  command: ["python3", "train.py"],
};

function changes(after: Partial<ExperimentVersion>, label?: string): string[] {
  return versionChanges({ version: VERSION, labels: { data: "v1" } }, {
    version: { ...VERSION, ...after },
    labels: label === undefined ? {} : { data: label },
  });
}

const two = digestOf("two");

for (
  const [what, after, label, expected] of [
    ["the same", {}, "v2", []],
    ["another commit", { code: { commit: "3".repeat(40), tree: "4".repeat(40) } }, "v1", []],
    ["a param", { params: { seed: 7, model: { depth: 6 } } }, "v1", ["param model.depth 5 → 6"]],
    ["a new param", { params: { ...VERSION.params, lag: "week" } }, "v1", ["param lag none → week"]],
    ["a newer input", { inputs: { data: { artifact: "cleaned", digest: two } } }, "v2", [
      "input data cleaned:v1 → cleaned:v2",
    ]],
    ["an input without a label", { inputs: { data: { artifact: "cleaned", digest: two } } }, undefined, [
      "input data cleaned:v1 → cleaned:3fc4ccfe7458",
    ]],
    ["an input less", { inputs: {} }, undefined, ["input data cleaned:v1 → none"]],
    ["another image", { environment: { ...CONTAINER, image: two } }, "v1", ["another image"]],
    ["a variable", { environment: { ...CONTAINER, env: { OMP_NUM_THREADS: "2" } } }, "v1", [
      "environment.env.OMP_NUM_THREADS 1 → 2",
    ]],
    [
      "the host",
      {
        environment: { kind: "host", platform: "linux/amd64", env: {} },
        command: ["x"],
      },
      "v1",
      ["on the host, not in a container"],
    ],
    ["another command", { command: ["python3", "train.py", "-v"] }, "v1", ["another command"]],
    ["a long value", { params: { ...VERSION.params, seed: "x".repeat(60) } }, "v1", [
      `param seed 7 → ${"x".repeat(39)}…`,
    ]],
  ] as const
) {
  Deno.test(`versionChanges() of ${what}`, () => {
    assert.deepEqual(changes(after, label), expected);
  });
}
