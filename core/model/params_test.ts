import assert from "node:assert/strict";
import { MOST_JSON_LEVELS } from "./json.ts";
import { paramAt, parseParams, typeOfParam, withParam } from "./params.ts";

Deno.test("params of all JSON's types are taken as they are", () => {
  const params = { n: 1.5, whole: -3, text: "é", on: true, none: null, list: [1, ["a"]], inner: { deep: 1 } };
  assert.equal(parseParams(params), params);
});

const levels = (count: number): unknown => count === 0 ? 1 : [levels(count - 1)];

for (
  const [what, value, at] of [
    ["NaN", NaN, "params.x"],
    ["a whole number past 2^53", 2 ** 53, "params.x"],
    ["a lone surrogate", "\ud800", "params.x"],
    ["a date", new Date(0), "params.x"],
    ["a function", paramAt, "params.x"],
    ["an undefined member", [undefined], "params.x[0]"],
    ["a name that is not Unicode", { "\udc00": 1 }, "params.x"],
    ["lists in lists without end", levels(MOST_JSON_LEVELS + 1), "params.x[0][0]"],
  ] as const
) {
  Deno.test(`${what} is refused, and its place named`, () => {
    assert.throws(() => parseParams({ x: value }), (error: { code: string; report: { what: string } }) => {
      assert.equal(error.code, "params_invalid");
      assert.ok(error.report.what.startsWith(`Cannot use the value of ${at}`), error.report.what);
      return true;
    });
  });
}

Deno.test("params that are no mapping are refused under the name of their place", () => {
  assert.throws(() => parseParams([1], "--with"), {
    report: { what: "Cannot use the value of --with", why: "it is not a mapping of names to values" },
  });
});

Deno.test("a path finds a key with dots before nested ones, and nothing where there is nothing", () => {
  const params = { "a.b": 1, a: { b: 2, c: { d: 3 } } };
  assert.deepEqual(
    ["a.b", "a.c.d", "a.c.e", "a.b.c", "toString"].map((path) => paramAt(params, path)),
    [1, 3, undefined, undefined, undefined],
  );
});

Deno.test("setting a param leaves the others and the original as they are", () => {
  const params = { a: { b: 2, c: 3 }, "x.y": 1, z: 0 };
  assert.deepEqual(withParam(params, "a.b", 9), { a: { b: 9, c: 3 }, "x.y": 1, z: 0 });
  assert.deepEqual(withParam(params, "x.y", 9), { a: { b: 2, c: 3 }, "x.y": 9, z: 0 });
  assert.deepEqual(withParam(params, "z.new", 9), { a: { b: 2, c: 3 }, "x.y": 1, z: { new: 9 } });
  assert.deepEqual(params, { a: { b: 2, c: 3 }, "x.y": 1, z: 0 });
});

Deno.test("messages have a word for each type", () => {
  assert.deepEqual([null, [], true, 1, "a", {}].map(typeOfParam), [
    "null",
    "list",
    "boolean",
    "number",
    "text",
    "mapping",
  ]);
});
