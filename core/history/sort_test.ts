import assert from "node:assert/strict";
import { sampleSummary } from "../../tests/support/sample_run.ts";
import { UserError } from "../errors.ts";
import type { RunId } from "../model/run_id.ts";
import { parseSort, sortRuns } from "./sort.ts";

const RUNS = [
  { letter: "k", metrics: { rmse: 2 }, startedAt: 1 },
  { letter: "l", metrics: {}, startedAt: 2 },
  { letter: "m", metrics: { rmse: 1 }, startedAt: 3 },
  { letter: "n", metrics: { rmse: "NaN" as const }, startedAt: 4 },
  { letter: "o", metrics: { rmse: 2 }, startedAt: 5 },
].map(({ letter, ...changes }) => sampleSummary({ run: letter.repeat(16) as RunId, ...changes }));

const sorted = (text: string) => sortRuns(RUNS, parseSort(text), 0).map((run) => run.run[0]).join("");

Deno.test("runs are sorted by the fields in turn", () => {
  assert.equal(sorted("metrics.rmse,-started"), "moknl");
  assert.equal(sorted("stage, started"), "klmno");
});

Deno.test("runs without the field come last in either direction", () => {
  assert.equal(sorted("metrics.rmse"), "mkoln");
  assert.equal(sorted("-metrics.rmse"), "komln");
});

Deno.test("a field that is not there is refused with the near ones", () => {
  assert.throws(() => parseSort("-startd"), (error) => {
    assert(error instanceof UserError);
    assert.equal(error.code, "sort_invalid");
    assert.match(error.report.fix![0]!, /`started`/);
    return true;
  });
  assert.throws(() => parseSort("-metrcs.rmse"), (error) => {
    assert(error instanceof UserError);
    assert.deepEqual(error.report.fix, ["write `metrics.rmse`"]);
    return true;
  });
});
