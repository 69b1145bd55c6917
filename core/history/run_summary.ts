import type { Digest } from "../model/digest.ts";
import type { ExperimentVersion } from "../model/experiment_version.ts";
import type { JournalEvent } from "../model/journal.ts";
import { foldLogged, type LoggedFacts, type RunLogged } from "../model/logged.ts";
import { type MetricValue, toMetricValue } from "../model/metric.ts";
import type { Params } from "../model/params.ts";
import {
  type EndState,
  type Grade,
  type ImportedRun,
  type OutputRecord,
  type ProgramExit,
  type RecordedGrade,
  type RunParent,
  type RunRecord,
  type RunStart,
  type RunState,
  shownGrade,
  type Verdict,
  type VerdictRecord,
} from "../model/run.ts";
import type { RunId } from "../model/run_id.ts";

/** Bytes that a run read or wrote, in short. */
export interface ArtifactSummary {
  /** As the project names it: `name` or `project/name`. */
  readonly artifact: string;
  /** `v3`; absent if the bytes had none. */
  readonly label?: string;
  /** Digest of the manifest. */
  readonly digest: Digest;
}

/** What lists, filters and references need to know of a run, also while it goes on. JSON as it stands. */
export interface RunSummary {
  readonly run: RunId;
  readonly project: string;
  readonly stage: string;
  readonly state: RunState;
  /** What is shown: the recorded grade, raised by the newest verdict; absent as {@link shownGrade} says. */
  readonly grade?: Grade;
  readonly recordedGrade: RecordedGrade;
  /** The newest verdict on it. */
  readonly verdict?: Verdict;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Epoch milliseconds; absent while it runs. */
  readonly endedAt?: number;
  readonly exit?: ProgramExit;
  readonly reason?: string;
  /** Id of the experiment version. */
  readonly version: Digest;
  readonly commit: string;
  readonly branch?: string;
  /** First line of the commit's message. */
  readonly subject: string;
  /** Config digest of the image; absent on the host. */
  readonly image?: Digest;
  readonly group: string;
  readonly parent?: RunParent;
  /** Of a run that others' code made: which one it was. */
  readonly imported?: Pick<ImportedRun, "tracker" | "id">;
  readonly tags: readonly string[];
  readonly note?: string;
  readonly user: string;
  readonly host: string;
  readonly params: Params;
  /** Last value of each metric. */
  readonly metrics: Readonly<Record<string, MetricValue>>;
  /** What its program said of it beside metrics. */
  readonly logged?: RunLogged;
  readonly inputs: Readonly<Record<string, ArtifactSummary>>;
  readonly outputs: Readonly<Record<string, ArtifactSummary>>;
}

/**
 * The summary of a run that has ended.
 *
 * @param version The version that the record names.
 * @param verdicts All that are known, in any order; may be empty.
 */
export function summaryOfRecord(
  record: RunRecord,
  version: ExperimentVersion,
  verdicts: readonly VerdictRecord[],
): RunSummary {
  const newest = [...verdicts].sort((a, b) => a.at - b.at).at(-1);
  return gradedSummary({
    ...ofStart(record, version),
    ...ofEnd(record.state, record.endedAt, record),
    metrics: record.metrics,
    ...(record.logged === undefined ? {} : { logged: record.logged }),
    outputs: mapValues(record.outputs, ofOutput),
  }, newest?.verdict);
}

/** A summary with the newest verdict on its run, and the grade that follows. */
export function gradedSummary(summary: RunSummary, newest: Verdict | undefined): RunSummary {
  const { run, project, stage, state, grade: _grade, verdict: _verdict, ...rest } = summary;
  const grade = shownGrade(summary, summary.recordedGrade, newest);
  return {
    run,
    project,
    stage,
    state,
    ...(grade === undefined ? {} : { grade }),
    ...rest,
    ...(newest === undefined ? {} : { verdict: newest }),
  };
}

/**
 * The summary of a run from its journal, also of one that goes on.
 *
 * @param events From the first one, `created`; what stands behind `ended` does not count.
 * @throws {TypeError} if the journal does not begin with `created`.
 */
export function summaryOfJournal(events: readonly JournalEvent[]): RunSummary {
  const created = events[0];
  if (created?.event !== "created") throw new TypeError("A journal does not begin with its run");
  const metrics = new Map<string, MetricValue>();
  const outputs = new Map<string, ArtifactSummary>();
  const facts: LoggedFacts[] = [];
  let end: Partial<RunSummary> = {};
  for (const event of events) {
    if (event.event === "metrics") {
      for (const { values } of event.points) {
        for (const name in values) metrics.set(name, toMetricValue(values[name]!));
      }
    } else if (event.event === "logged") facts.push(event.facts);
    else if (event.event === "output") outputs.set(event.name, ofOutput(event.output));
    else if (event.event === "ended") {
      end = ofEnd(event.state, event.at, event);
      break;
    }
  }
  const logged = foldLogged(facts);
  return gradedSummary({
    ...ofStart(created.start, created.version),
    ...end,
    metrics: Object.fromEntries(metrics),
    ...(logged === undefined ? {} : { logged }),
    // As in a record: what a run without success collected is not its output.
    outputs: end.state === undefined || end.state === "succeeded" ? Object.fromEntries(outputs) : {},
  }, undefined);
}

function ofStart(start: RunStart, version: ExperimentVersion): RunSummary {
  const { branch, subject } = start.source;
  const { environment } = version;
  return {
    run: start.run,
    project: start.project,
    stage: start.stage,
    state: "running",
    recordedGrade: start.grade,
    startedAt: start.startedAt,
    version: start.version,
    commit: version.code.commit,
    ...(branch === undefined ? {} : { branch }),
    subject,
    ...(environment.kind === "container" ? { image: environment.image } : {}),
    group: start.group,
    ...(start.parent === undefined ? {} : { parent: start.parent }),
    ...(start.imported === undefined
      ? {}
      : { imported: { tracker: start.imported.tracker, id: start.imported.id } }),
    tags: start.tags,
    ...(start.note === undefined ? {} : { note: start.note }),
    user: start.host.user,
    host: start.host.hostname,
    params: version.params,
    metrics: {},
    inputs: mapValues(start.inputs, ({ artifact, label, manifest }) => ({
      artifact,
      ...(label === undefined ? {} : { label }),
      digest: manifest.digest,
    })),
    outputs: {},
  };
}

function ofEnd(
  state: EndState,
  endedAt: number,
  { exit, reason }: { readonly exit?: ProgramExit; readonly reason?: string },
) {
  return {
    state,
    endedAt,
    ...(exit === undefined ? {} : { exit }),
    ...(reason === undefined ? {} : { reason }),
  };
}

function ofOutput({ artifact, label, manifest }: OutputRecord): ArtifactSummary {
  return { artifact, ...(label === undefined ? {} : { label }), digest: manifest.digest };
}

function mapValues<A, B>(values: Readonly<Record<string, A>>, to: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, to(value)]));
}
