import assert from "node:assert/strict";
import { gradeWith } from "./run.ts";

for (
  const [recorded, newest, shown] of [
    ["reproducible", undefined, "reproducible"],
    ["reproducible", "identical", "verified"],
    ["reproducible", "within_tolerance", "verified"],
    ["reproducible", "different", "reproducible"],
    ["draft", "identical", "draft"],
    ["provenance", "identical", "provenance"],
  ] as const
) {
  Deno.test(`a ${recorded} run is shown as ${shown} if the newest verdict is ${newest ?? "none"}`, () => {
    assert.equal(gradeWith(recorded, newest), shown);
  });
}
