import { shortDigest } from "../model/digest.ts";
import type { MetricValue } from "../model/metric.ts";
import { type EndState, type Grade, type ProgramExit, shownGrade } from "../model/run.ts";
import type { StageOutcome } from "../pipeline/pipeline_runner.ts";

/** One stage of `aero run`, as it is printed. */
export interface StageResult {
  readonly type: "stage-run";
  readonly stage: string;
  readonly run: string;
  readonly state: EndState;
  readonly reused: boolean;
  /** Absent if the program never began or was not seen to end. */
  readonly grade?: Grade;
  readonly exit?: ProgramExit;
  readonly reason?: string;
  /** Milliseconds. */
  readonly durationMs: number;
  /** Output name to `artifact:label`; `artifact:digest` if it waits for its label. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, MetricValue>>;
}

/** The printed form of an outcome. */
export function stageResult({ stage, record, reused }: StageOutcome): StageResult {
  const grade = shownGrade(record, record.grade, undefined);
  return {
    type: "stage-run",
    stage,
    run: record.run,
    state: record.state,
    reused,
    ...(grade === undefined ? {} : { grade }),
    ...(record.exit === undefined ? {} : { exit: record.exit }),
    ...(record.reason === undefined ? {} : { reason: record.reason }),
    durationMs: record.endedAt - record.startedAt,
    outputs: Object.fromEntries(
      Object.entries(record.outputs).map(([name, { artifact, label, manifest }]) => [
        name,
        `${artifact}:${label ?? shortDigest(manifest.digest)}`,
      ]),
    ),
    metrics: record.metrics,
  };
}
