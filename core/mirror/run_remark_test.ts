import assert from "node:assert/strict";
import type { RunAnnotation } from "../model/annotation.ts";
import { parseRunId } from "../model/run_id.ts";
import { runRemark } from "./run_remark.ts";

const run = parseRunId("kmzyqtwvxnoprlsu");

function said(changes: Partial<RunAnnotation>): RunAnnotation {
  return { schema: "aero/run-annotation@1", run, by: "mira", host: "ws-14", at: 1, ...changes };
}

Deno.test("of a run of which nothing was said there is nothing to tell", () => {
  assert.equal(runRemark({ run, tags: ["a"], note: "own" }, []), undefined);
});

Deno.test("of each tag that was ever given or taken away it is told whether the run has it", () => {
  const told = runRemark({ run, tags: ["own", "b"] }, [
    said({ tagged: ["b", "a"] }),
    said({ untagged: ["a", "old"] }),
  ]);

  assert.deepEqual(told?.remark, { tagged: ["b"], untagged: ["a", "old"] });
});

Deno.test("a note is told if one was said, with what the program said below it", () => {
  const logged = { params: {}, tags: {}, note: "by the program", inputs: [] };
  const noted = [said({ note: "later" })];

  assert.deepEqual(
    runRemark({ run, tags: [], note: "later", logged }, noted)?.remark.note,
    "later\n\nby the program",
  );
  assert.equal(runRemark({ run, tags: [] }, [said({ note: "" })])?.remark.note, "");
  assert.equal(
    runRemark({ run, tags: ["a"], note: "own" }, [said({ tagged: ["a"] })])?.remark.note,
    undefined,
  );
});

Deno.test("equal remarks have equal digests, in whatever order they were made", () => {
  const [one, other] = [said({ tagged: ["a"] }), said({ tagged: ["b"], at: 2 })];
  const digest = (tags: readonly string[], annotations: readonly RunAnnotation[]) =>
    runRemark({ run, tags }, annotations)!.digest;

  assert.equal(digest(["a", "b"], [one, other]), digest(["b", "a"], [other, one]));
  assert.notEqual(digest(["a", "b"], [one, other]), digest(["a"], [one, other]));
});
