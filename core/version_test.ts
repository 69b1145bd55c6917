import assert from "node:assert/strict";
import { BUILD, versionText } from "./version.ts";

Deno.test("a source run has the version of deno.json and no commit", async () => {
  const config = JSON.parse(await Deno.readTextFile(new URL("../deno.json", import.meta.url)));

  assert.deepEqual(BUILD, { version: config.version });
});

Deno.test("versionText() shortens the commit and keeps that files differed from it", () => {
  assert.equal(versionText({ version: "1.2.3", commit: "ab".repeat(20) }), "1.2.3 (abababababab)");
  assert.equal(
    versionText({ version: "1.2.3", commit: `${"ab".repeat(20)}-dirty` }),
    "1.2.3 (abababababab-dirty)",
  );
});
