import assert from "node:assert/strict";
import { digestOf } from "../format/digest_of.ts";
import { type CacheContent, planPrune } from "./prune.ts";

const CONTENT: CacheContent = {
  trees: ["old", "middle", "new"].map((name, usedAt) => ({
    manifest: digestOf(name),
    bytes: 100,
    usedAt,
    evict: () => true,
  })),
  objects: [],
  results: ["first", "second"].map((name, usedAt) => ({
    key: digestOf(name),
    bytes: 10,
    usedAt,
    evict: () => true,
  })),
};

for (
  const [keepBytes, inUse, trees, results] of [
    [320, [], [], []],
    [319, [], ["old"], []],
    [220, [], ["old"], []],
    [219, [], ["old", "middle"], []],
    [20, [], ["old", "middle", "new"], []],
    [19, [], ["old", "middle", "new"], ["first"]],
    [0, [], ["old", "middle", "new"], ["first", "second"]],
    [219, ["old"], ["middle", "new"], []],
    [0, ["middle"], ["old", "new"], ["first", "second"]],
  ] as const
) {
  const inUseText = inUse.length === 0 ? "" : ` with ${inUse.join(" and ")} in use`;
  Deno.test(`planPrune() to ${keepBytes} of 320 bytes${inUseText} removes ${[...trees, ...results].length}`, () => {
    const plan = planPrune(CONTENT, { keepBytes, inUse: new Set(inUse.map((name) => digestOf(name))) });

    assert.deepEqual(plan.trees.map(({ manifest }) => manifest), trees.map((name) => digestOf(name)));
    assert.deepEqual(plan.results.map(({ key }) => key), results.map((name) => digestOf(name)));
  });
}
