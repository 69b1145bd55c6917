import assert from "node:assert/strict";
import { labelName } from "./lineage.ts";

Deno.test("a version without a number waits for its label", () => {
  assert.deepEqual([labelName({ number: 3 }), labelName({})], ["v3", "pending"]);
});
