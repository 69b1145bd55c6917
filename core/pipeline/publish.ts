import { CorruptionError, OutsideError } from "../errors.ts";
import { JournalReader } from "../format/journal_reader.ts";
import { summaryOfRecord } from "../history/run_summary.ts";
import { MEDIA_TYPE } from "../model/descriptor.ts";
import type { Descriptor } from "../model/descriptor.ts";
import type { ExperimentVersion } from "../model/experiment_version.ts";
import { type JournalEvent, loggedFactsOf, type MetricsEvent } from "../model/journal.ts";
import { foldLogged } from "../model/logged.ts";
import { type MetricValue, toMetricValue } from "../model/metric.ts";
import type { OutputRecord, RunRecord } from "../model/run.ts";
import type { RunId } from "../model/run_id.ts";
import { unpinRun } from "../store/run_pins.ts";
import type { RunServices } from "./run_services.ts";

/**
 * Writes the record of a run whose journal has ended, with its logs and journal, to the store, and then to the
 * index and the result cache. All of it is made from the run's files, so that any later aero can do it again;
 * a record that is there already is kept.
 *
 * @throws {TypeError} if the journal has not ended.
 * @throws {OutsideError} `journal_missing` if something has removed it.
 * @throws {StorageError} `full`, `unavailable`, …: the run's files stay as they are.
 */
export async function publishRun(run: RunId, services: RunServices): Promise<RunRecord> {
  const directory = services.state.run(run);
  const told = await readOwn(run, directory.journal);
  const { store, archive } = services;
  const [stdout, stderr, journal] = await Promise.all([
    keepFile(store, directory.stdout, MEDIA_TYPE.log),
    keepFile(store, directory.stderr, MEDIA_TYPE.log),
    keepFile(store, directory.journal, MEDIA_TYPE.journal),
  ]);
  const logs = { ...(stdout && { stdout }), ...(stderr && { stderr }) };
  const { record, version } = recordOf(told, logs, journal!);
  await archive.putVersion(version);
  await archive.putRecord(record);
  await unpinRun(store, run);
  services.index.upsert(summaryOfRecord(record, version, []));
  if (await isResult(record, services)) await services.results.put(record.stageKey, { run });
  return record;
}

/**
 * A draft's result does not take the place of a committed one's, which serves both; nor does a rerun's take that of any:
 * it is there to be compared, and what is made from what it repeats stays up to date.
 */
async function isResult(record: RunRecord, services: RunServices): Promise<boolean> {
  if (record.state !== "succeeded") return false;
  if (record.grade !== "draft" && record.parent?.kind !== "rerun-of") return true;
  const before = await services.results.get(record.stageKey);
  return before === undefined || !await stands(record.project, before.run, services);
}

/** Whether a run can still be a result. */
async function stands(project: string, run: RunId, { archive, store }: RunServices): Promise<boolean> {
  try {
    const record = await archive.knownRecord(project, run);
    // Of a run that is only known elsewhere nobody can say that it is lost.
    return record === undefined ? store.isAway : record.state === "succeeded";
  } catch (error) {
    if (error instanceof CorruptionError) return false;
    throw error;
  }
}

/** What a journal says, of its metrics the last values only: there may be millions. */
interface ToldByJournal {
  readonly events: readonly Exclude<JournalEvent, MetricsEvent>[];
  readonly metrics: Readonly<Record<string, MetricValue>>;
}

async function readOwn(run: RunId, path: string): Promise<ToldByJournal> {
  const events: Exclude<JournalEvent, MetricsEvent>[] = [];
  const metrics: Record<string, MetricValue> = {};
  const reader = new JournalReader();
  for await (const bytes of (await openOwn(run, path)).readable) {
    for (const event of reader.take(bytes)) {
      if (event.event === "metrics") keepLast(event, metrics);
      else events.push(event);
    }
  }
  return { events, metrics };
}

function keepLast({ points }: MetricsEvent, metrics: Record<string, MetricValue>): void {
  for (const { values } of points) {
    for (const name in values) metrics[name] = toMetricValue(values[name]!);
  }
}

async function openOwn(run: RunId, path: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new OutsideError("journal_missing", {
      what: `Cannot record run ${run}`,
      why: `its journal ${JSON.stringify(path)} was removed while it ran`,
      fix: ["run it again, and leave .aero alone"],
    }, { cause });
  }
}

async function keepFile(
  store: RunServices["store"],
  path: string,
  mediaType: string,
): Promise<Descriptor | undefined> {
  try {
    if ((await Deno.stat(path)).size === 0) return undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  const [stored] = await store.putFiles([path]);
  return { mediaType, ...stored! };
}

/** The record that a journal gives. */
function recordOf(
  { events, metrics }: ToldByJournal,
  logs: RunRecord["logs"],
  journal: Descriptor,
): { record: RunRecord; version: ExperimentVersion } {
  const created = events[0];
  const ended = events.at(-1);
  if (created?.event !== "created" || ended?.event !== "ended") {
    throw new TypeError("A record is made of a journal that has ended");
  }
  const outputs: Record<string, OutputRecord> = {};
  for (const event of events) {
    if (event.event === "output") outputs[event.name] = event.output;
  }
  const logged = foldLogged(loggedFactsOf(events));
  const { state, exit, reason } = ended;
  const record: RunRecord = {
    schema: "aero/record@1",
    ...created.start,
    state,
    ...(exit === undefined ? {} : { exit }),
    ...(reason === undefined ? {} : { reason }),
    endedAt: ended.at,
    outputs: state === "succeeded" ? outputs : {},
    metrics,
    ...(logged === undefined ? {} : { logged }),
    logs,
    journal,
  };
  return { record, version: created.version };
}
