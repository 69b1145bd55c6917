import assert from "node:assert/strict";
import { isProven, proofOf, PROVEN_BYTES } from "./proof.ts";

Deno.test("small bytes are proven by what is stored with them, and others are not", () => {
  const bytes = new TextEncoder().encode("a document");
  const { Metadata } = proofOf(bytes);

  assert(isProven(bytes, Metadata));
  assert(!isProven(bytes.subarray(1), Metadata));
  assert(!isProven(bytes.map((byte, i) => i === 3 ? byte ^ 1 : byte), Metadata));
});

Deno.test("an object that says nothing of its bytes is taken as it is", () => {
  assert(isProven(new Uint8Array(3), undefined));
  assert(isProven(new Uint8Array(3), { other: "x" }));
});

Deno.test("a large object is stored without a proof", () => {
  assert.deepEqual(proofOf(new Uint8Array(PROVEN_BYTES + 1)), {});
});
