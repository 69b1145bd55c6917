import assert from "node:assert/strict";
import { UserError } from "../errors.ts";
import type { JsonValue } from "../model/json.ts";
import { applyOverrides, paramNames, parseOverride } from "./override.ts";

const PARAMS = {
  seed: 7,
  lr: 0.1,
  name: "lag",
  on: true,
  any: null,
  layers: [1, 2],
  model: { depth: 5 },
  "a.b": 1,
};

const READ: readonly (readonly [string, JsonValue])[] = [
  ["5", 5],
  ["1e-3", 0.001],
  ["0x10", 16],
  ["true", true],
  ["yes", "yes"],
  ["null", null],
  ["", ""],
  ['"5"', "5"],
  ["2026-01-01", "2026-01-01"],
  ["[1, 2]", [1, 2]],
  ["{a: 1}", { a: 1 }],
  ["@last", "@last"],
  ["*x", "*x"],
  ["a: b: c", "a: b: c"],
  ["#fff", "#fff"],
  ["a=b", "a=b"],
  ["!tag x", "!tag x"],
];
for (const [text, value] of READ) {
  Deno.test(`the value of a param is read as YAML: ${text}`, () => {
    assert.deepEqual(parseOverride(`x=${text}`), { path: "x", value });
  });
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof UserError) return error.code;
    throw error;
  }
  return "none";
}

Deno.test("what sets no param is refused", () => {
  for (const text of ["", "x", "=5", " =5"]) {
    assert.equal(codeOf(() => parseOverride(text)), "override_invalid", text);
  }
  for (const text of ["x=.nan", "x=.inf", "x=12345678901234567890", "x=&a [*a]"]) {
    assert.equal(codeOf(() => parseOverride(text)), "params_invalid", text);
  }
});

const apply = (...texts: string[]) => applyOverrides(PARAMS, texts.map(parseOverride));

Deno.test("overrides set params, also nested ones and such with a dot in their name", () => {
  assert.deepEqual(apply("model.depth=9", "a.b=2", "seed=1", "any=text"), {
    ...PARAMS,
    seed: 1,
    any: "text",
    model: { depth: 9 },
    "a.b": 2,
  });
  assert.equal(PARAMS.model.depth, 5);
});

Deno.test("a whole number may become a fraction", () => {
  assert.equal(apply("seed=0.5").seed, 0.5);
});

Deno.test("a change of type is refused", () => {
  for (const text of ["seed=seven", "seed=true", "name=5", "layers=1", "model=5", "on=1", "seed=null"]) {
    assert.equal(codeOf(() => apply(text)), "param_type", text);
  }
});

Deno.test("an unknown param names the nearest", () => {
  try {
    apply("model.dept=3");
    assert.fail("it was taken");
  } catch (error) {
    assert.ok(error instanceof UserError);
    assert.equal(error.code, "param_unknown");
    assert.equal(error.report.fix?.[0], "did you mean `model.depth`?");
  }
  assert.equal(codeOf(() => apply("toString=3")), "param_unknown");
});

Deno.test("paramNames() lists mappings and what is in them", () => {
  assert.deepEqual(paramNames({ a: 1, m: { b: 2 } }), ["a", "m", "m.b"]);
});
