import assert from "node:assert/strict";
import {
  choosePartBytes,
  MAX_OBJECT_BYTES,
  MAX_PARTS,
  MAX_PUT_BYTES,
  partRanges,
} from "./multipart_limits.ts";

const MIB = 1024 * 1024;

Deno.test("parts have the size that is wanted, in whole MiB, unless that is too small", () => {
  assert.equal(choosePartBytes(100 * MIB, 16 * MIB), 16 * MIB);
  assert.equal(choosePartBytes(100 * MIB, 1), 5 * MIB);
  assert.equal(choosePartBytes(100 * MIB, 8 * MIB + 1), 9 * MIB);
});

Deno.test("there are never more parts than S3 takes", () => {
  for (const size of [50_000 * MIB, 50_000 * MIB + 1, 5 * 1024 * 1024 * MIB, MAX_OBJECT_BYTES]) {
    const part = choosePartBytes(size, 5 * MIB);
    assert.ok(Math.ceil(size / part) <= MAX_PARTS && part <= MAX_PUT_BYTES, String(size));
  }
  assert.throws(() => choosePartBytes(MAX_OBJECT_BYTES + 1, MIB), RangeError);
});

Deno.test("an object is cut into parts that cover it", () => {
  assert.deepEqual(partRanges(10, 4), [
    { number: 1, offset: 0, size: 4 },
    { number: 2, offset: 4, size: 4 },
    { number: 3, offset: 8, size: 2 },
  ]);
  assert.deepEqual(partRanges(8, 4).length, 2);
  assert.deepEqual(partRanges(0, 4), [{ number: 1, offset: 0, size: 0 }]);
});
