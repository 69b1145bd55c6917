import assert from "node:assert/strict";
import { isS3Fault } from "./errors.ts";
import { parseQuery, percentDecode, percentEncode } from "./percent_encoding.ts";

Deno.test("percentEncode() leaves unreserved characters, and the slash where it may", () => {
  assert.equal(percentEncode("aZ09-._~ /+é"), "aZ09-._~%20%2F%2B%C3%A9");
  assert.equal(percentEncode("a/b c", true), "a/b%20c");
  assert.equal(percentEncode(new Uint8Array([0xff])), "%FF");
});

Deno.test("percentDecode() takes back what was encoded, and leaves lone percent signs", () => {
  assert.equal(percentDecode("a%2Fb%c3%a9+%zz%"), "a/bé+%zz%");
  assert.equal(percentDecode("a+b", true), "a b");
});

Deno.test("what is not UTF-8 is InvalidURI", () => {
  assert.throws(() => percentDecode("%ff"), (error) => isS3Fault(error, "InvalidURI"));
});

Deno.test("parseQuery() keeps order and doubles, and takes a name alone", () => {
  assert.deepEqual(parseQuery("b=1&a&&b=%20+x=y"), [["b", "1"], ["a", ""], ["b", "  x=y"]]);
  assert.deepEqual(parseQuery(""), []);
});
