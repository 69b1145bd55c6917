import assert from "node:assert/strict";
import { canonicalQuery, canonicalRequest } from "./canonical_request.ts";

Deno.test("parameters are sorted by name, then by value, and one that signs is left out", () => {
  assert.equal(canonicalQuery("b=2&b=1&a&c=3&b=1&X-Amz-Signature=x"), "a=&b=1&b=1&b=2&c=3");
});

Deno.test("a path is encoded once, and dots and slashes stay as they are", () => {
  const head = { method: "GET", path: "//a%2fb/../c d%zz", query: "", headers: [] };

  assert.equal(canonicalRequest(head, ["host"], "h"), "GET\n//a/b/../c%20d%25zz\n\nhost:\n\nhost\nh");
});
