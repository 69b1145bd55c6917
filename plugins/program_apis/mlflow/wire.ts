import type { JsonObject } from "../../../core/model/json.ts";
import { toMetricValue } from "../../../core/model/metric.ts";
import type { Experiment } from "./experiments.ts";
import { type LoggedModel, modelArtifactUri } from "./logged_model.ts";
import type { Message } from "./message.ts";
import type { Point } from "./metric_series.ts";
import type { DatasetInput, ProgramRun } from "./program_run.ts";

/** Names and values, as the protocol lists them. */
export function wireEntries(entries: ReadonlyMap<string, string>): readonly JsonObject[] {
  return [...entries].map(([key, value]) => ({ key, value }));
}

/** @throws {Refusal} if one has no name; one without a value has an empty one, as it is to MLflow's servers. */
export function readEntries(messages: readonly Message[]): readonly (readonly [string, string])[] {
  return messages.map((message) => [message.wantedText("key"), message.text("value") ?? ""]);
}

/** An experiment as it is answered. */
export function wireExperiment(experiment: Experiment): JsonObject {
  return {
    experiment_id: experiment.id,
    name: experiment.name,
    artifact_location: `mlflow-artifacts:/${experiment.id}`,
    lifecycle_stage: experiment.lifecycle,
    creation_time: experiment.createdAt,
    last_update_time: experiment.updatedAt,
    tags: wireEntries(experiment.tags),
  };
}

/** What is answered of a run beside what was logged. */
export function wireRunInfo(run: ProgramRun): JsonObject {
  return {
    run_id: run.id,
    run_uuid: run.id,
    run_name: run.name,
    experiment_id: run.experiment,
    user_id: run.tags.get("mlflow.user") ?? "",
    status: run.status,
    start_time: run.startedAt,
    ...(run.endedAt === undefined ? {} : { end_time: run.endedAt }),
    artifact_uri: run.artifactUri,
    lifecycle_stage: run.lifecycle,
  };
}

/** A run as it is answered. */
export function wireRun(run: ProgramRun): JsonObject {
  return {
    info: wireRunInfo(run),
    data: {
      metrics: [...run.metrics].flatMap(([key, { latest }]) =>
        latest === undefined ? [] : [wireMetric(key, latest)]
      ),
      params: wireEntries(run.params),
      tags: wireEntries(new Map([...run.tags, ["mlflow.runName", run.name]])),
    },
    inputs: {
      dataset_inputs: [...run.datasets.values()].map(wireDataset),
      model_inputs: [...run.modelInputs].map((id) => ({ model_id: id })),
    },
    outputs: {
      model_outputs: run.modelOutputs.map(({ modelId, step }) => ({ model_id: modelId, step })),
    },
  };
}

/** One value of a metric. */
export function wireMetric(key: string, { value, timestamp, step }: Point): JsonObject {
  return { key, value: toMetricValue(value), timestamp, step };
}

function wireDataset({ name, digest, sourceType, source, schema, profile, tags }: DatasetInput): JsonObject {
  return {
    tags: wireEntries(tags),
    dataset: {
      name,
      digest,
      source_type: sourceType,
      source,
      ...(schema === undefined ? {} : { schema }),
      ...(profile === undefined ? {} : { profile }),
    },
  };
}

/** @throws {Refusal} if it has no name. */
export function readDataset(message: Message): DatasetInput {
  const dataset = message.wantedMessage("dataset");
  const schema = dataset.text("schema"), profile = dataset.text("profile");
  return {
    name: dataset.wantedText("name"),
    digest: dataset.text("digest") ?? "",
    sourceType: dataset.text("source_type") ?? "",
    source: dataset.text("source") ?? "",
    ...(schema === undefined ? {} : { schema }),
    ...(profile === undefined ? {} : { profile }),
    tags: new Map(readEntries(message.messages("tags"))),
  };
}

/** A logged model as it is answered. */
export function wireModel(model: LoggedModel): JsonObject {
  return {
    info: {
      model_id: model.id,
      experiment_id: model.experiment,
      name: model.name,
      creation_timestamp_ms: model.createdAt,
      last_updated_timestamp_ms: model.updatedAt,
      artifact_uri: modelArtifactUri(model),
      status: model.status,
      ...(model.type === undefined ? {} : { model_type: model.type }),
      ...(model.sourceRun === undefined ? {} : { source_run_id: model.sourceRun }),
      tags: wireEntries(model.tags),
    },
    data: {
      params: wireEntries(model.params),
      metrics: [...model.metrics.values()].map((metric) => ({
        ...wireMetric(metric.key, metric),
        model_id: model.id,
        run_id: metric.runId,
        ...(metric.datasetName === undefined ? {} : { dataset_name: metric.datasetName }),
        ...(metric.datasetDigest === undefined ? {} : { dataset_digest: metric.datasetDigest }),
      })),
    },
  };
}
