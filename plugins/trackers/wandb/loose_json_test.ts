import assert from "node:assert/strict";
import { parseLoose, stringifyLoose } from "./loose_json.ts";

Deno.test("NaN and the infinities are bare words, and come back", () => {
  const value = { a: NaN, b: [Infinity, -Infinity, -0], c: 'NaN "Infinity" \\', "NaN": null, d: true };

  const text = stringifyLoose(value);

  assert.equal(
    text,
    '{"a":NaN,"b":[Infinity,-Infinity,-0],"c":"NaN \\"Infinity\\" \\\\","NaN":null,"d":true}',
  );
  assert.deepEqual(parseLoose(text), value);
});

Deno.test("text that looks like the mark of a word stays text", () => {
  const value = { a: NaN, b: "number 0:NaN", c: "number 1:7" };

  assert.deepEqual(parseLoose(stringifyLoose(value)), value);
});

Deno.test("what is neither JSON nor a word is refused", () => {
  for (const text of ["{a:NaN}", "[NaN", "NaNa", "<html>"]) {
    assert.throws(() => parseLoose(text), SyntaxError);
  }
});
