import assert from "node:assert/strict";
import { MOST_JSON_LEVELS } from "../model/json.ts";
import { json, listOf, mapOf, object, type Shape, tagged, text } from "./shape.ts";

function faultsOf(shape: Shape<unknown>, value: unknown): string[] {
  const faults: string[] = [];
  shape.check(value, "x", faults);
  return faults;
}

const levels = (count: number): unknown => count === 0 ? 1 : [levels(count - 1)];
const one = tagged<{ kind: string }>("kind", { a: object<{ kind: string }>({ kind: text }) });

for (
  const [shape, value, faults] of [
    [listOf(text, 2), ["a", "b"], []],
    [listOf(text, 2), ["a"], ["x has fewer than 2 entries"]],
    [listOf(text), undefined, ["x is absent"]],
    [listOf(text), {}, ["x is not a list"]],
    [mapOf(text), { a: "b" }, []],
    [mapOf(text), undefined, ["x is absent"]],
    [mapOf(text), [], ["x is not an object"]],
    [object<{ a: string }>({ a: text }), undefined, ["x is absent"]],
    [object<{ a: string }>({ a: text }), null, ["x is not an object"]],
    [one, { kind: "a" }, []],
    [one, undefined, ["x is absent"]],
    [one, "a", ["x is not an object"]],
    [one, { kind: "b" }, ["x.kind is not one of a"]],
    [one, { kind: 1 }, ["x.kind is not one of a"]],
    [one, { kind: "toString" }, ["x.kind is not one of a"]],
    [json(true), { a: [null, true, 1.5, "é", { b: {} }] }, []],
    [json(true), undefined, ["x is absent"]],
    [json(true), [], ["x is not an object"]],
    [json(false), NaN, ["x is not a finite number"]],
    [json(false), ["\ud800"], ["x[0] is not valid Unicode"]],
    [json(false), { "\udc00": 1 }, ["a key of x is not valid Unicode"]],
    [json(false), undefined, ["x is not a JSON value"]],
    [json(false), levels(MOST_JSON_LEVELS), []],
    [json(false), levels(MOST_JSON_LEVELS + 1), [
      `x${"[0]".repeat(MOST_JSON_LEVELS + 1)} is more than ${MOST_JSON_LEVELS} levels deep`,
    ]],
  ] as const
) {
  const shown = JSON.stringify(value)?.slice(0, 60) ?? "undefined";
  Deno.test(`${shown} has ${faults[0]?.slice(0, 60) ?? "no fault"}`, () => {
    assert.deepEqual(faultsOf(shape as Shape<unknown>, value), faults);
  });
}

Deno.test("at the top of a document a fault has no path before it", () => {
  const faults: string[] = [];
  one.check({}, "", faults);
  assert.deepEqual(faults, ["kind is not one of a"]);
});
