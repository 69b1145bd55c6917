import assert from "node:assert/strict";
import { gradeWith, shownGrade } from "./run.ts";

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

for (
  const [what, run, shown] of [
    ["that goes on", { state: "running" }, "reproducible"],
    ["that succeeded", { state: "succeeded", exit: { how: "exited", code: 0 } }, "reproducible"],
    ["whose program failed", { state: "failed", exit: { how: "exited", code: 3 } }, "reproducible"],
    ["that failed before its program began", { state: "failed" }, undefined],
    ["that was interrupted", { state: "aborted" }, undefined],
    ["that was lost", { state: "lost" }, undefined],
    ["of others that failed", { state: "failed", imported: { tracker: "t", id: "1" } }, "reproducible"],
  ] as const
) {
  Deno.test(`a run ${what} has ${shown === undefined ? "no grade" : "its grade"}`, () => {
    assert.equal(shownGrade(run, "reproducible", undefined), shown);
  });
}

Deno.test("a verdict gives no grade to a run without one", () => {
  assert.equal(shownGrade({ state: "lost" }, "reproducible", "identical"), undefined);
});
