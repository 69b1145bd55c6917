import type { App } from "../app.ts";
import { CorruptionError } from "../errors.ts";
import { pointsOf, readJournal } from "../format/journal_format.ts";
import type { RunSummary } from "../history/run_summary.ts";
import { annotatedRun, type RunAnnotation, type RunWords } from "../model/annotation.ts";
import type { ExperimentVersion } from "../model/experiment_version.ts";
import type { JournalEvent } from "../model/journal.ts";
import type { RunLogged } from "../model/logged.ts";
import type { MetricPoint, MetricValue } from "../model/metric.ts";
import type { OutputRecord, RunRecord, RunStart, VerdictRecord } from "../model/run.ts";
import type { RunId } from "../model/run_id.ts";
import { findRun } from "./run_lookups.ts";

/** All that is known of a run: its record, or what its journal has so far. */
export interface KnownRun {
  readonly summary: RunSummary;
  readonly start: RunStart;
  readonly version: ExperimentVersion;
  /** Last value of each metric. */
  readonly metrics: Readonly<Record<string, MetricValue>>;
  readonly outputs: Readonly<Record<string, OutputRecord>>;
  /** What its program said of it beside metrics; absent if nothing. */
  readonly logged?: RunLogged;
  /** Absent while it runs. */
  readonly record?: RunRecord;
  /** Oldest first. */
  readonly verdicts: readonly VerdictRecord[];
  /** Its tags and its note as they are now. */
  readonly words: RunWords;
  /** What was said of it later, oldest first. */
  readonly annotations: readonly RunAnnotation[];
}

/**
 * Finds a run and reads what is known of it.
 *
 * @throws {UserError} `run_not_found`, `run_ambiguous`; {CorruptionError} if what is stored of it is damaged.
 */
export async function knownRun(app: App, reference: string): Promise<KnownRun> {
  const run = await findRun(app, reference);
  const summary = (await app.index()).get(run)!;
  const { services } = await app.openProject();
  const [record, annotations] = await Promise.all([
    services.archive.getRecord(summary.project, run),
    services.archive.annotations(summary.project, run),
  ]);
  annotations.sort((a, b) => a.at - b.at);
  if (record === undefined) {
    const known = await journalSoFar(app, run);
    return { summary, ...known, verdicts: [], annotations, words: annotatedRun(known.start, annotations) };
  }
  const [version, verdicts] = await Promise.all([
    services.archive.getVersion(record.version),
    services.archive.verdicts(summary.project, run),
  ]);
  const { metrics, outputs, logged } = record;
  const words = annotatedRun(record, annotations);
  return {
    summary,
    start: record,
    version,
    metrics,
    outputs,
    ...(logged === undefined ? {} : { logged }),
    record,
    verdicts,
    annotations,
    words,
  };
}

async function journalSoFar(
  app: App,
  run: RunId,
): Promise<Pick<KnownRun, "start" | "version" | "metrics" | "outputs" | "logged">> {
  const events = await localEvents(app, run);
  const created = events?.[0];
  if (created?.event !== "created") {
    throw new CorruptionError("run_missing", {
      what: `Cannot read run ${run}`,
      why: "the storage has no record of it, and there is no journal of it here",
      fix: [
        "if it was recorded in another storage, name that one: `aero config show storage`",
        "`aero storage fsck`",
      ],
    });
  }
  const { start, version } = created;
  const outputs = events!.flatMap((event) =>
    event.event === "output" ? [[event.name, event.output] as const] : []
  );
  const { summaryOfJournal } = await import("../history/run_summary.ts");
  const { metrics, logged } = summaryOfJournal(events!);
  return {
    start,
    version,
    metrics,
    outputs: Object.fromEntries(outputs),
    ...(logged === undefined ? {} : { logged }),
  };
}

/**
 * All metric points of a run, in order: from its journal here, also while it runs, else from the storage.
 *
 * @throws {CorruptionError} if the journal is damaged or gone.
 */
export async function metricPoints(app: App, run: RunId): Promise<MetricPoint[]> {
  const local = await localEvents(app, run);
  if (local !== undefined) return pointsOf(local);
  const { services } = await app.openProject();
  const { project } = (await app.index()).get(run)!;
  const record = await services.archive.getRecord(project, run);
  if (record === undefined) return [];
  return pointsOf(readJournal(await services.store.getBytes(record.journal)).events);
}

/** The events of a journal in this place; `undefined` if there is none. */
export async function localEvents(app: App, run: RunId): Promise<JournalEvent[] | undefined> {
  const { state } = await app.place();
  try {
    return readJournal(await Deno.readFile(state.run(run).journal)).events;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
