import assert from "node:assert/strict";
import { digestHex, parseDigest, shortDigest } from "./digest.ts";

const HEX = "0123456789abcdef".repeat(4);

Deno.test("a digest has an algorithm, and 64 hex digits of which people see 12", () => {
  const digest = parseDigest(`sha256:${HEX}`);
  assert.deepEqual([digestHex(digest), shortDigest(digest)], [HEX, "0123456789ab"]);
});

for (
  const text of [
    "",
    HEX,
    `sha256:${HEX.slice(1)}`,
    `sha256:${HEX}0`,
    `sha256:${HEX.toUpperCase()}`,
    `sha1:${HEX}`,
  ]
) {
  Deno.test(`${JSON.stringify(text)} is no digest`, () => {
    assert.throws(() => parseDigest(text), { code: "digest_invalid" });
  });
}
