import assert from "node:assert/strict";
import fc from "fast-check";
import { propertyRun } from "../../tests/support/property_seed.ts";
import { parseDigest } from "../model/digest.ts";
import { planStage, type StagePlanInput } from "./plan.ts";

const digest = (digit: string) => parseDigest(`sha256:${digit.repeat(64)}`);

const INPUT: StagePlanInput = {
  project: "bikes",
  stage: "train",
  command: "python train.py ${params.depth} ${inputs.data} ${outputs.model}",
  outputs: ["model"],
  metrics: "m.json",
  code: { commit: "a".repeat(40), tree: "b".repeat(40), directory: "sub" },
  codeIds: { "sub/train.py": "c".repeat(40) },
  environment: {
    kind: "container",
    image: digest("d"),
    platform: "linux/amd64",
    env: { A: "1", B: "2" },
    network: "none",
    runArgs: ["--x"],
  },
  inputs: { data: { artifact: "cleaned", digest: digest("e") } },
  params: { depth: 5, seed: 7 },
};

Deno.test("planStage() names the paths of the container in the version's command", () => {
  assert.deepEqual(planStage(INPUT).version.command, [
    "python",
    "train.py",
    "5",
    "/aero/inputs/data",
    "/aero/outputs/model",
  ]);
});

/** A copy whose objects have their keys in another order. */
function shuffled<T>(value: T, take: (count: number) => number): T {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, take)) as T;
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, member]) => [key, shuffled(member, take)] as const);
  const mixed: typeof entries = [];
  while (entries.length > 0) mixed.push(...entries.splice(take(entries.length), 1));
  return Object.fromEntries(mixed) as T;
}

Deno.test("planStage() gives the same ids for the same content in any order of keys", () => {
  const { id, key } = planStage(INPUT);
  fc.assert(
    fc.property(fc.infiniteStream(fc.nat()), (numbers) => {
      const other = planStage(shuffled(INPUT, (count) => numbers.next().value % count));
      assert.equal(other.id, id);
      assert.equal(other.key, key);
    }),
    propertyRun(),
  );
});

const container = INPUT.environment as Extract<StagePlanInput["environment"], { kind: "container" }>;

const BOTH: Record<string, Partial<StagePlanInput>> = {
  project: { project: "cars" },
  stage: { stage: "fit" },
  command: { command: "python fit.py" },
  "directory of the code": { code: { ...INPUT.code, directory: "other" } },
  image: { environment: { ...container, image: digest("f") } },
  platform: { environment: { ...container, platform: "linux/arm64" } },
  variable: { environment: { ...container, env: { A: "1", B: "3" } } },
  network: { environment: { ...container, network: "host" } },
  "engine flag": { environment: { ...container, runArgs: [] } },
  "kind of environment": { environment: { kind: "host", platform: "linux/amd64", env: { A: "1", B: "2" } } },
  "bytes of an input": { inputs: { data: { artifact: "cleaned", digest: digest("0") } } },
  "artifact of an input": { inputs: { data: { artifact: "other", digest: digest("e") } } },
  param: { params: { depth: 6, seed: 7 } },
  "type of a param": { params: { depth: "5", seed: 7 } },
  "further param": { params: { depth: 5, seed: 7, more: null } },
};

for (const [what, change] of Object.entries(BOTH)) {
  Deno.test(`planStage() gives other ids for another ${what}`, () => {
    const before = planStage(INPUT), after = planStage({ ...INPUT, ...change });

    assert.notEqual(after.id, before.id);
    assert.notEqual(after.key, before.key);
  });
}

Deno.test("planStage() gives another version and the same key for a commit that left the stage's code alone", () => {
  const before = planStage(INPUT);
  const after = planStage({
    ...INPUT,
    code: { ...INPUT.code, commit: "9".repeat(40), tree: "8".repeat(40) },
  });

  assert.notEqual(after.id, before.id);
  assert.equal(after.key, before.key);
});

const KEY_ONLY: Record<string, Partial<StagePlanInput>> = {
  "code of the stage": { codeIds: { "sub/train.py": "0".repeat(40) } },
  outputs: { outputs: ["model", "report"] },
  "metrics file": { metrics: "n.json" },
};

for (const [what, change] of Object.entries(KEY_ONLY)) {
  Deno.test(`planStage() gives another key for other ${what}`, () => {
    assert.notEqual(planStage({ ...INPUT, ...change }).key, planStage(INPUT).key);
  });
}
