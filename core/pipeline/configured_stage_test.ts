import assert from "node:assert/strict";
import type { RecordedGrade } from "../model/run.ts";
import { sampleRecord, sampleVersion } from "../../tests/support/sample_run.ts";
import { earlierResult } from "./configured_stage.ts";
import type { RunServices } from "./run_services.ts";

for (
  const [grade, wantsDraft, stands] of [
    ["reproducible", false, true],
    ["reproducible", true, true],
    ["draft", true, true],
    ["draft", false, false],
    ["provenance", false, true],
  ] as const
) {
  const wanted = wantsDraft ? "a draft" : "a run from a commit";
  Deno.test(`a ${grade} result ${stands ? "stands" : "does not stand"} for ${wanted}`, async () => {
    const record = sampleRecord({ grade: grade as RecordedGrade, state: "succeeded" });
    const services = {
      results: { get: () => Promise.resolve({ run: record.run }) },
      archive: { knownRecord: () => Promise.resolve(record) },
    } as unknown as RunServices;
    const plan = { version: sampleVersion(), id: record.version, key: record.stageKey };

    const found = await earlierResult(plan, services, wantsDraft);

    assert.equal(found, stands ? record : undefined);
  });
}
