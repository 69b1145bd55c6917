import { OutsideError } from "../errors.ts";
import { pointsOf, readJournal } from "../format/journal_format.ts";
import { type MetricSeries, seriesOf } from "../history/metric_series.ts";
import { judge, type Judgement, toDocument } from "../history/verdict.ts";
import type { Digest } from "../model/digest.ts";
import type { Manifest } from "../model/manifest.ts";
import { type RunRecord, type VerdictRecord, VERIFY_TAG } from "../model/run.ts";
import type { RunId } from "../model/run_id.ts";
import { getManifest } from "../store/tree.ts";
import type { Project } from "./project.ts";
import { rerun, type StoredRun } from "./rerun.ts";
import type { RunObserver } from "./run_services.ts";

/** How a run is verified. */
export interface VerifyOptions {
  /** How often to run it again; from 2 on, metrics may lie in the band that the reruns span. */
  readonly repeat: number;
  readonly observer: RunObserver;
  readonly signal: AbortSignal;
}

/** A verdict, what it rests on, and the reruns that were made for it. */
export interface Verification extends Judgement {
  readonly reruns: readonly RunRecord[];
  readonly manifests: ReadonlyMap<Digest, Manifest>;
}

/**
 * Runs a stored run again, judges what came of it, and records the verdict beside the run.
 *
 * @throws {OutsideError} `verify_stopped` if somebody asked at a tracker for a rerun to stop: nothing follows from that,
 * and nothing is recorded of it but the rerun.
 */
export async function verifyRun(
  project: Project,
  stored: StoredRun,
  options: VerifyOptions,
): Promise<Verification> {
  const { services } = project;
  const { record } = stored;
  const group = services.newRunId();
  const reruns: RunRecord[] = [];
  for (let i = 0; i < options.repeat; i++) {
    const again = await rerun(project, stored, {}, { ...options, tags: [VERIFY_TAG], group });
    if (again.state === "aborted") throw stopped(record.run, again);
    reruns.push(again);
  }
  const manifests = await manifestsOf(project, [record, ...reruns]);
  const judgement = judge({
    original: record,
    reruns,
    tolerance: stored.stage.tolerance,
    declared: stored.stage.outputs,
    band: options.repeat > 1,
    manifests,
    series: await seriesOfRuns(project, [record, ...reruns]),
  });
  const verdict: VerdictRecord = {
    schema: "aero/verdict@1",
    run: record.run,
    against: reruns.map(({ run }) => run),
    verdict: judgement.verdict,
    differences: toDocument(judgement.differences),
    at: services.now(),
  };
  await services.archive.putVerdict(record.project, verdict);
  services.index.addVerdicts([verdict]);
  return { ...judgement, reruns, manifests };
}

function stopped(run: RunId, rerun: RunRecord): OutsideError {
  return new OutsideError("verify_stopped", {
    what: `Cannot judge run ${run}`,
    why: `its rerun ${rerun.run} was aborted${rerun.reason === undefined ? "" : `: ${rerun.reason}`}`,
    fix: [`judge it again: \`aero verify ${run}\``],
  });
}

async function manifestsOf(project: Project, records: readonly RunRecord[]): Promise<Map<Digest, Manifest>> {
  const manifests = new Map<Digest, Manifest>();
  for (const { outputs } of records) {
    for (const { manifest } of Object.values(outputs)) {
      if (manifests.has(manifest.digest)) continue;
      manifests.set(manifest.digest, await getManifest(project.services.store, manifest));
    }
  }
  return manifests;
}

async function seriesOfRuns(
  { services }: Project,
  records: readonly RunRecord[],
): Promise<Map<RunId, MetricSeries>> {
  const series = new Map<RunId, MetricSeries>();
  for (const { run, journal, metrics } of records) {
    if (Object.keys(metrics).length === 0) continue;
    series.set(run, seriesOf(pointsOf(readJournal(await services.store.getBytes(journal)).events)));
  }
  return series;
}
