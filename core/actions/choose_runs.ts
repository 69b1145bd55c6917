import type { App } from "../app.ts";
import { requireKnownNames, requireMetrics } from "../history/known_names.ts";
import { originalsFirst } from "../history/originals_first.ts";
import type { RunIndex } from "../history/run_index.ts";
import { type RunSummary, summaryOfJournal } from "../history/run_summary.ts";
import { metricNamesOf } from "../history/run_values.ts";
import { type Sort, sortRuns } from "../history/sort.ts";
import type { Where } from "../history/where.ts";
import { localEvents, metricPoints } from "./known_run.ts";
import { findRun } from "./run_lookups.ts";

/** A run, and the git tag or branch for which it stands. */
export interface RunRow {
  readonly ref?: string;
  readonly run: RunSummary;
}

/** All values of one metric of a run, in the order they came. */
export interface RunHistory {
  readonly run: RunSummary;
  readonly name: string;
  readonly points: readonly { readonly step?: number; readonly at: number; readonly value: number }[];
}

/** Which runs a person wants to see the metrics of. */
export interface RunChoice {
  readonly references: readonly string[];
  readonly tags: boolean;
  readonly branches: boolean;
  readonly where?: Where;
  readonly sort?: Sort;
}

/**
 * The runs of a choice: those named; or those of tags and branches; or those that fit; or the newest with metrics of
 * each stage.
 *
 * @throws {UserError} `run_not_found`, `run_ambiguous`, `not_a_repository`; `metric_unknown` and `param_unknown` if no
 * run has what it is to fit or be sorted by.
 */
export async function chooseRuns(app: App, choice: RunChoice): Promise<RunRow[]> {
  const index = await app.index();
  const now = app.io.now().getTime();
  const rows = await unsorted(app, index, choice, now);
  const fresh = await Promise.all(rows.map(async (row) => ({ ...row, run: await soFar(app, row.run) })));
  if (choice.where !== undefined || choice.sort !== undefined) {
    requireKnownNames([...index.query({}), ...fresh.map(({ run }) => run)], choice);
  }
  const fitting = fresh.filter(({ run }) => choice.where?.holds(run, now) ?? true);
  if (choice.sort === undefined) return fitting;
  const sorted = sortRuns([...new Set(fitting.map(({ run }) => run))], choice.sort, now);
  return sorted.flatMap((run) => fitting.filter((row) => row.run === run));
}

async function unsorted(app: App, index: RunIndex, choice: RunChoice, now: number): Promise<RunRow[]> {
  if (choice.references.length > 0) {
    const runs = await Promise.all(choice.references.map((reference) => findRun(app, reference)));
    return runs.map((run) => ({ run: index.get(run)! }));
  }
  if (choice.tags || choice.branches) return await ofRefs(app, index, choice);
  const runs = index.query({ now });
  return (choice.where === undefined ? newestOfStages(runs) : runs.filter(hasMetrics)).map((run) => ({
    run,
  }));
}

/** Of a run that goes on, the index knows the beginning only: the rest stands in its journal. */
async function soFar(app: App, run: RunSummary): Promise<RunSummary> {
  if (run.state !== "running") return run;
  const events = await localEvents(app, run.run);
  return events?.[0]?.event === "created" ? summaryOfJournal(events) : run;
}

function hasMetrics(run: RunSummary): boolean {
  return run.state === "running" || Object.keys(run.metrics).length > 0;
}

/** The newest run with metrics of each stage, of reruns only where there is no other; runs come newest first. */
function newestOfStages(runs: readonly RunSummary[]): RunSummary[] {
  const newest = new Map<string, RunSummary>();
  for (const run of originalsFirst(runs)) {
    const key = `${run.project}/${run.stage}`;
    if (hasMetrics(run) && !newest.has(key)) newest.set(key, run);
  }
  return [...newest.values()];
}

async function ofRefs(app: App, index: RunIndex, { tags, branches }: RunChoice): Promise<RunRow[]> {
  const repository = await app.repository();
  const refs = [
    ...(tags ? await repository.tags() : []),
    ...(branches ? await repository.branches() : []),
  ];
  return refs.flatMap(([ref, commit]) =>
    newestOfStages(index.byCommits([commit])).map((run) => ({ ref, run }))
  );
}

/**
 * The points of runs, apart for each metric.
 *
 * @param names Metrics to give; all if empty.
 * @throws {UserError} `metric_unknown` if none of the runs has one of the names.
 */
export async function runHistories(
  app: App,
  rows: readonly RunRow[],
  names: readonly string[],
): Promise<RunHistory[]> {
  const histories: RunHistory[] = [];
  for (const { run } of rows) {
    for (const [name, points] of byName(await metricPoints(app, run.run))) {
      if (names.length === 0 || names.includes(name)) histories.push({ run, name, points });
    }
  }
  requireMetrics(names, [
    ...histories.map(({ name }) => name),
    ...metricNamesOf(rows.map(({ run }) => run)),
  ]);
  return histories;
}

function byName(
  points: Awaited<ReturnType<typeof metricPoints>>,
): Map<string, RunHistory["points"][number][]> {
  const series = new Map<string, RunHistory["points"][number][]>();
  for (const { step, at, values } of points) {
    for (const [name, value] of Object.entries(values)) {
      const list = series.get(name) ?? [];
      if (list.length === 0) series.set(name, list);
      list.push({ at, value, ...(step === undefined ? {} : { step }) });
    }
  }
  return series;
}
