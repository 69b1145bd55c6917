import { readExperimentVersion } from "../../core/format/experiment_version_format.ts";
import { readRecord } from "../../core/format/record_format.ts";
import { type RunSummary, summaryOfRecord } from "../../core/history/run_summary.ts";
import type { ExperimentVersion } from "../../core/model/experiment_version.ts";
import type { RunRecord, RunStart } from "../../core/model/run.ts";

const FIXTURES = new URL("../../fixtures/formats/v1/", import.meta.url);

/** The kept record, with some fields changed. */
export function sampleRecord(changes: Partial<RunRecord> = {}): RunRecord {
  return { ...readRecord(Deno.readFileSync(new URL("record.json", FIXTURES))), ...changes };
}

/** The kept experiment version, with some fields changed. */
export function sampleVersion(changes: Partial<ExperimentVersion> = {}): ExperimentVersion {
  return {
    ...readExperimentVersion(Deno.readFileSync(new URL("experiment_version.json", FIXTURES))),
    ...changes,
  };
}

/** The summary of the kept record, with some fields changed. */
export function sampleSummary(changes: Partial<RunSummary> = {}): RunSummary {
  return { ...summaryOfRecord(sampleRecord(), sampleVersion(), []), ...changes };
}

/** What the kept record's run had from its beginning. */
export function sampleRunStart(): RunStart {
  const {
    schema: _schema,
    state: _state,
    exit: _exit,
    reason: _reason,
    endedAt: _endedAt,
    outputs: _outputs,
    metrics: _metrics,
    logs: _logs,
    journal: _journal,
    ...start
  } = sampleRecord();
  return start;
}
