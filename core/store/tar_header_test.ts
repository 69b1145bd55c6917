import assert from "node:assert/strict";
import { extract } from "tar-stream";
import { tarHeader, tarPadding } from "./tar_header.ts";

async function firstHeader(archive: readonly Uint8Array[]) {
  const members = extract();
  for (const block of archive) members.write(block);
  try {
    for await (const entry of members) return entry.header;
    return undefined;
  } finally {
    members.destroy();
  }
}

Deno.test("tarHeader() gives the name and size that a tar reader sees", async () => {
  // The second and third size are on both sides of what eleven octal digits can write.
  for (const size of [0, 8 * 1024 ** 3 - 1, 8 * 1024 ** 3, 12_345_678_901_234]) {
    const seen = await firstHeader([tarHeader("a.tar", size), new Uint8Array(1024)]);

    assert.deepEqual([seen?.name, seen?.size, seen?.type, seen?.mode], ["a.tar", size, "file", 0o444]);
  }
});

Deno.test("tarHeader() refuses a name or size that does not fit", () => {
  for (const name of ["", "a".repeat(101), "é", "a\nb"]) assert.throws(() => tarHeader(name, 1), RangeError);
  for (const size of [-1, 0.5, Number.NaN]) assert.throws(() => tarHeader("a", size), RangeError);
});

Deno.test("tarPadding() fills the last block", () => {
  assert.deepEqual([0, 1, 511, 512, 513].map((size) => tarPadding(size).length), [0, 511, 1, 0, 511]);
});
