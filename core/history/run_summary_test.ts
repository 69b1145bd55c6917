import assert from "node:assert/strict";
import { sampleRecord, sampleVersion } from "../../tests/support/sample_run.ts";
import { readJournal } from "../format/journal_format.ts";
import { readRecord } from "../format/record_format.ts";
import type { Verdict, VerdictRecord } from "../model/run.ts";
import { gradedSummary, summaryOfJournal, summaryOfRecord } from "./run_summary.ts";

const kept = (name: string) =>
  Deno.readFileSync(new URL(`../../fixtures/formats/v1/${name}`, import.meta.url));
const { events } = readJournal(kept("journal.jsonl"));

Deno.test("a journal that has ended and its record give the same summary", () => {
  assert.deepEqual(summaryOfJournal(events), summaryOfRecord(sampleRecord(), sampleVersion(), []));
});

Deno.test("a journal and its record say the same of what the program logged", () => {
  const logging = readJournal(kept("logged_journal.jsonl")).events;
  const record = readRecord(kept("logged_record.json"));

  const summary = summaryOfJournal(logging);

  assert.deepEqual(summary, summaryOfRecord(record, sampleVersion(), []));
  assert.deepEqual(summary.logged?.tags, { stage: "tuning" });
  assert.deepEqual(summaryOfJournal(logging.slice(0, 3)).logged?.tags, { stage: "tuning", draft: "yes" });
});

Deno.test("a journal that goes on gives a running run with the newest metrics", () => {
  const summary = summaryOfJournal(events.slice(0, 3));

  assert.equal(summary.state, "running");
  assert(!("endedAt" in summary));
  assert.deepEqual(summary.metrics, { loss: 0.25, "grad norm": 3, rmse: 41.25, r2: "NaN" });
});

Deno.test("what stands behind the end of a journal does not count, and a failed run has no outputs", () => {
  const ended = { event: "ended", at: 7, state: "lost" } as const;
  const summary = summaryOfJournal([...events.slice(0, 4), ended, ...events.slice(2)]);

  assert.equal(summary.state, "lost");
  assert.equal(summary.endedAt, 7);
  assert.deepEqual(summary.outputs, {});
});

Deno.test("a journal without its run is a caller's mistake", () => {
  assert.throws(() => summaryOfJournal([]), TypeError);
  assert.throws(() => summaryOfJournal(events.slice(1)), TypeError);
});

Deno.test("the newest verdict is the one that is shown, and decides the grade", () => {
  const verdict = (given: Verdict, at: number): VerdictRecord => ({
    schema: "aero/verdict@1",
    run: sampleRecord().run,
    against: [sampleRecord().run],
    verdict: given,
    differences: [],
    at,
  });
  const summary = (...verdicts: VerdictRecord[]) =>
    summaryOfRecord(sampleRecord(), sampleVersion(), verdicts);
  const raised = summary(verdict("within_tolerance", 2), verdict("different", 1));
  const fallen = summary(verdict("different", 2), verdict("identical", 1));

  assert.deepEqual([raised.grade, raised.verdict], ["verified", "within_tolerance"]);
  assert.deepEqual([fallen.grade, fallen.verdict], ["reproducible", "different"]);
  assert.equal(raised.recordedGrade, "reproducible");
});

Deno.test("a run whose program never began has no grade, in its journal as in its record and after a verdict", () => {
  const { exit: _, ...record } = sampleRecord({ state: "failed", reason: "Cannot find an image" });
  const created = events[0]!;
  const journal = [
    created,
    { event: "ended", at: 9, state: "failed", reason: "Cannot find an image" } as const,
  ];

  for (const summary of [summaryOfRecord(record, sampleVersion(), []), summaryOfJournal(journal)]) {
    assert.equal("grade" in summary, false);
    assert.equal("grade" in gradedSummary(summary, "identical"), false);
    assert.equal(summary.recordedGrade, "reproducible");
  }
});
