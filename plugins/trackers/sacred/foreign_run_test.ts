import assert from "node:assert/strict";
import { Long, ObjectId } from "mongodb";
import { foreignRun, plain } from "./foreign_run.ts";

const NOW = Date.parse("2026-03-01T12:00:00Z");

Deno.test("what Python's own types became is read as lists", () => {
  const value = { a: { "py/tuple": [1, { "py/set": [2] }] }, b: { "py/object": "x.Y", v: 1 } };

  assert.deepEqual(plain(value), { a: [1, [2]], b: { "py/object": "x.Y", v: 1 } });
});

Deno.test("what JSON has not becomes text", () => {
  assert.deepEqual(plain({ nan: NaN, big: Long.fromString("9007199254740993"), at: new Date(0) }), {
    nan: "NaN",
    big: "9007199254740993",
    at: "1970-01-01T00:00:00.000Z",
  });
  assert.equal(plain(new ObjectId("66aa00000000000000000000")), "66aa00000000000000000000");
});

Deno.test("a document with nothing but an id is a run", () => {
  const { id, name, state, params, inputs, aero } = foreignRun({ _id: 7 }, NOW, undefined);

  assert.deepEqual({ id, name, state, params, inputs, aero }, {
    id: "7",
    name: "7",
    state: "aborted",
    params: {},
    inputs: [],
    aero: undefined,
  });
});

Deno.test("a run of others that has not been heard of for two minutes is lost", () => {
  const heard = (seconds: number) =>
    foreignRun({ _id: 1, status: "RUNNING", heartbeat: new Date(NOW - seconds * 1000) }, NOW, undefined)
      .state;

  assert.equal(heard(100), "running");
  assert.equal(heard(130), "lost");
});

Deno.test("tags come from Omniboard, or else from the config", () => {
  const tags = (document: object) => Object.keys(foreignRun({ _id: 1, ...document }, NOW, undefined).tags);

  assert.deepEqual(tags({ omniboard: { tags: ["a"] }, config: { tags: ["b"] } }), ["a"]);
  assert.deepEqual(tags({ config: { tags: ["b", "c"] } }), ["b", "c"]);
  assert.deepEqual(tags({ config: { tags: "d, e" } }), ["d", "e"]);
});

Deno.test("inputs that aero wrote are named by the artifact, and what a program logged by its own name", () => {
  const { inputs } = foreignRun(
    {
      _id: 7,
      aero: { run: "kmzyqtwvxnoprlsu" } as never,
      resources: [
        ["counts:v3", "sha256:b"],
        ["data=other/counts:v3", "sha256:b"],
        ["raw=counts", "sha256:b"],
        ["weather=https://lab.example/a=b.csv:1", "9d0c1f"],
        ["bare", ""],
      ],
    },
    NOW,
    undefined,
  );

  assert.deepEqual(inputs, [
    { name: "counts", digest: "sha256:b" },
    { name: "other/counts", digest: "sha256:b" },
    { name: "counts", digest: "sha256:b" },
    { name: "weather", url: "https://lab.example/a=b.csv:1", digest: "9d0c1f" },
    { name: "bare" },
  ]);
});

Deno.test("resources of Sacred's versions are inputs, with a digest where there is one", () => {
  const { inputs } = foreignRun(
    {
      _id: 1,
      resources: [["/data/a:b.csv", "0cc175b9c0f1b6a831c399e269772661"], ["/data/c.csv", new ObjectId()]],
    },
    NOW,
    undefined,
  );

  assert.deepEqual(inputs, [{ name: "/data/a:b.csv", digest: "0cc175b9c0f1b6a831c399e269772661" }, {
    name: "/data/c.csv",
  }]);
});
