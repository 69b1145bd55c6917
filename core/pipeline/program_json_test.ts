import assert from "node:assert/strict";
import { readProgramJson } from "./program_json.ts";

Deno.test("readProgramJson() reads numbers as Python spells them", () => {
  assert.deepEqual(readProgramJson('{"a": NaN, "b": [Infinity, -Infinity, {"c": NaN}], "d": -1.5}'), {
    a: NaN,
    b: [Infinity, -Infinity, { c: NaN }],
    d: -1.5,
  });
});

Deno.test("readProgramJson() leaves texts as they are", () => {
  assert.deepEqual(readProgramJson('{"NaN": "is NaN, \\"-Infinity\\"", "b": NaN}'), {
    NaN: 'is NaN, "-Infinity"',
    b: NaN,
  });
});

for (const text of ["", "nan", "-NaN", "NaNa", "xInfinity", '{"a": NaN', '{"a": NaN, "b": x}', '"NaN']) {
  Deno.test(`readProgramJson() refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => readProgramJson(text), SyntaxError);
  });
}
