import type { LoggedFacts } from "../../../core/model/logged.ts";
import type { LoggedModel } from "./logged_model.ts";
import { type MetricValueSaid, toldPoints } from "./metric_values.ts";
import type { DatasetInput, ProgramRun } from "./program_run.ts";
import { absent, invalid } from "./refusal.ts";
import type { Serving } from "./serving.ts";
import { NAME_TAG, toldInputs, toldParams, toldTags } from "./told_facts.ts";

/** @throws {Refusal} if the program took the run away. */
export function checkActive(run: ProgramRun): void {
  if (run.lifecycle === "active") return;
  throw invalid(`The run ${run.id} must be in the 'active' state. Current state is deleted.`);
}

/** @throws {Refusal} if one has another value already, or two of these have one name. */
export function checkParams(run: ProgramRun, params: readonly (readonly [string, string])[]): void {
  const said = new Map<string, string>();
  for (const [key, value] of params) {
    const old = said.get(key) ?? run.params.get(key);
    if (old !== undefined && old !== value) {
      throw invalid(
        `Changing param values is not allowed. Param with key='${key}' was already logged with value='${old}' ` +
          `for run ID='${run.id}'. Attempted logging new value '${value}'.`,
      );
    }
    said.set(key, value);
  }
}

/** Keeps and tells params that {@link checkParams} let pass. */
export function logParams(
  serving: Serving,
  run: ProgramRun,
  params: readonly (readonly [string, string])[],
): void {
  const fresh = new Map(params.filter(([key]) => !run.params.has(key)));
  for (const [key, value] of fresh) serving.book.room.take(key, value);
  for (const [key, value] of fresh) run.params.set(key, value);
  tell(serving, toldParams(run, fresh));
}

/** Keeps and tells values, but for those that came before. */
export function logMetrics(serving: Serving, run: ProgramRun, metrics: readonly MetricValueSaid[]): void {
  const names = new Set(metrics.map(({ key }) => key));
  for (const key of names) if (!run.metrics.has(key)) serving.book.room.take(key);
  const fresh = metrics.filter((metric) => run.addPoint(metric.key, metric));
  if (fresh.length > 0) serving.log.metrics(toldPoints(run, fresh));
  for (const metric of fresh) {
    const model = metric.modelId === undefined ? undefined : serving.book.findModel(metric.modelId);
    if (model !== undefined) logModelMetric(serving, run, model, metric);
  }
}

function logModelMetric(
  { book }: Serving,
  run: ProgramRun,
  { metrics }: LoggedModel,
  metric: MetricValueSaid,
): void {
  const { key, value, timestamp, step, datasetName, datasetDigest } = metric;
  const name = JSON.stringify([key, run.id, datasetName, datasetDigest]);
  const old = metrics.get(name);
  if (old === undefined) book.room.take(name);
  else if (old.step > step) return;
  metrics.set(name, {
    key,
    value,
    timestamp,
    step,
    runId: run.id,
    ...(datasetName === undefined ? {} : { datasetName }),
    ...(datasetDigest === undefined ? {} : { datasetDigest }),
  });
}

/** Keeps and tells tags. One of them is the run's name. */
export function setTags(
  serving: Serving,
  run: ProgramRun,
  tags: readonly (readonly [string, string])[],
): void {
  const fresh = new Map(tags.filter(([key, value]) => run.tags.get(key) !== value));
  const { room } = serving.book;
  for (const [key, value] of fresh) room.take(key, value);
  for (const [key, value] of fresh) {
    const old = run.tags.get(key);
    if (old !== undefined) room.give(key, old);
    run.tags.set(key, value);
    if (key === NAME_TAG) run.name = value;
  }
  tell(serving, toldTags(run, fresh));
}

/** @throws {Refusal} if there is none of that name. */
export function deleteTag(serving: Serving, run: ProgramRun, key: string): void {
  const old = run.tags.get(key);
  if (old === undefined) throw absent(`No tag with name: ${key} in run with id ${run.id}`);
  run.tags.delete(key);
  serving.book.room.give(key, old);
  tell(serving, toldTags(run, new Map([[key, null]])));
}

/** Keeps and tells datasets, each once. */
export function logDatasets(serving: Serving, run: ProgramRun, datasets: readonly DatasetInput[]): void {
  const fresh = new Map<string, DatasetInput>();
  for (const dataset of datasets) {
    const key = JSON.stringify([dataset.name, dataset.digest]);
    if (!run.datasets.has(key)) fresh.set(key, dataset);
  }
  for (const [key, { source, schema, profile }] of fresh) {
    serving.book.room.take(key, source, schema, profile);
  }
  for (const [key, dataset] of fresh) run.datasets.set(key, dataset);
  tell(serving, toldInputs([...fresh.values()]));
}

function tell({ log }: Serving, facts: LoggedFacts | undefined): void {
  if (facts !== undefined) log.logged(facts);
}
