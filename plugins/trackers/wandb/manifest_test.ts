import assert from "node:assert/strict";
import { referenceOf } from "./manifest.ts";

Deno.test("an object in S3 stands without its query, and its version beside it", () => {
  assert.deepEqual(referenceOf("s3://lab/a/b?versionId=3sL4k.x", "sha256:0"), {
    ref: "s3://lab/a/b",
    versionId: "3sL4k.x",
  });
  assert.deepEqual(referenceOf("s3://lab/a/b?versionId=null", "sha256:0"), { ref: "s3://lab/a/b" });
  assert.deepEqual(referenceOf("https://lab/a?x=1", "sha256:0"), { ref: "https://lab/a?x=1" });
  assert.deepEqual(referenceOf(undefined, "sha256:0"), { ref: "aero:sha256:0" });
});
