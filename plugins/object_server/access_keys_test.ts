import assert from "node:assert/strict";
import { makeKey } from "./access_keys.ts";

Deno.test("keys have the shape that clients expect, and no two are alike", () => {
  const keys = Array.from({ length: 100 }, makeKey);

  for (const { id, secret } of keys) {
    assert.match(id, /^AERO[A-Z2-9]{16}$/);
    assert.match(secret, /^[A-Za-z0-9_-]{40}$/);
  }
  assert.equal(new Set(keys.flatMap(({ id, secret }) => [id, secret])).size, 200);
});
