import assert from "node:assert/strict";
import { statfs } from "node:fs/promises";
import { defaultCapBytes } from "./default_cap.ts";

Deno.test("a cache takes a tenth of its disk by default and at most 50 GB, also before it is made", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const { blocks, bsize } = await statfs(directory);
    const expected = Math.min(Math.floor(blocks * bsize / 10), 50e9);

    assert.equal(await defaultCapBytes(directory), expected);
    assert.equal(await defaultCapBytes(`${directory}/not/made/yet`), expected);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
