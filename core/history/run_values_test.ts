import assert from "node:assert/strict";
import { flatParams, shownParams, shownTags, varyingParams } from "./run_values.ts";

Deno.test("mappings in params are opened, lists and empty mappings are values", () => {
  assert.deepEqual(flatParams({ seed: 7, model: { kind: "tree", deep: { n: 3 } }, list: [1], none: {} }), {
    seed: 7,
    "model.kind": "tree",
    "model.deep.n": 3,
    list: [1],
    none: {},
  });
});

Deno.test("params vary if a run has another value, another type, or lacks it", () => {
  const runs = [{ params: { a: 1, b: 1, c: 1, d: 1 } }, { params: { a: 1, b: 2, c: "1" } }];

  assert.deepEqual(varyingParams(runs), ["b", "c", "d"]);
});

Deno.test("no param varies in one run", () => {
  assert.deepEqual(varyingParams([{ params: { a: 1 } }]), []);
});

const LOGGED = {
  params: { lr: "0.1", seed: 8, batch: 32, "model.depth": "5" },
  tags: { owner: "mira", paper: "" },
  inputs: [],
};

Deno.test("params that the program logged stand beside the version's, never in their place", () => {
  const run = { params: { lr: 0.1, seed: 7, model: { depth: 5 } }, logged: LOGGED };

  assert.deepEqual(shownParams(run), {
    lr: 0.1,
    seed: 7,
    model: { depth: 5 },
    "logged.seed": 8,
    batch: 32,
  });
});

Deno.test("tags that the program gave are words beside those of people", () => {
  assert.deepEqual(shownTags({ tags: ["paper", "x"], logged: LOGGED }), ["paper", "x", "owner=mira"]);
  assert.deepEqual(shownTags({ tags: ["paper"] }), ["paper"]);
});

Deno.test("a param that only the program logged varies too", () => {
  assert.deepEqual(varyingParams([{ params: { a: 1 }, logged: LOGGED }, { params: { a: 1 } }]), [
    "batch",
    "lr",
    "model.depth",
    "seed",
  ]);
});
