import assert from "node:assert/strict";
import { decodeKey, decodeKeys, encodeKey, encodeKeys } from "./param_keys.ts";

Deno.test("keys that Sacred refuses are written with % codes, and others stay", () => {
  assert.equal(encodeKey("a.b$c=d"), "a%2Eb%24c%3Dd");
  assert.equal(encodeKey("py/tuple"), "py%2Ftuple");
  assert.equal(encodeKey("json://x"), "json%3A//x");
  assert.equal(encodeKey("learning_rate é 50%"), "learning_rate é 50%");
});

Deno.test("every key comes back", () => {
  for (
    const key of [
      "",
      "%",
      "%2E",
      "%.",
      "%2.",
      "%25",
      "a%%2e.b",
      "$",
      "\0",
      "py/object",
      "json://",
      "50% of all",
    ]
  ) {
    assert.equal(decodeKey(encodeKey(key)), key);
    assert.doesNotMatch(encodeKey(key), /[.$=\0]|^py\/|^json:\/\//);
  }
});

Deno.test("keys are written at all depths", () => {
  const value = { "a.b": [{ "$x": { "c=d": 1 } }, "a.b"], plain: null };

  assert.deepEqual(encodeKeys(value), { "a%2Eb": [{ "%24x": { "c%3Dd": 1 } }, "a.b"], plain: null });
  assert.deepEqual(decodeKeys(encodeKeys(value)), value);
});
