import type { ModelFolder, RunFolder } from "./folders.ts";
import type { Point } from "./metric_series.ts";
import type { LifecycleStage } from "./program_run.ts";

/** How a logged model stands. */
export const MODEL_STATUSES = [
  "LOGGED_MODEL_PENDING",
  "LOGGED_MODEL_READY",
  "LOGGED_MODEL_UPLOAD_FAILED",
] as const;

/** One of {@link MODEL_STATUSES}. */
export type ModelStatus = typeof MODEL_STATUSES[number];

/** The last value of a metric of a model, and of which run and data it is. */
export interface ModelMetric extends Point {
  readonly key: string;
  readonly runId: string;
  readonly datasetName?: string;
  readonly datasetDigest?: string;
}

/** A model that MLflow 3 knows by an id of its own. */
export interface LoggedModel {
  readonly id: string;
  readonly name: string;
  readonly experiment: string;
  readonly sourceRun: string | undefined;
  readonly type: string | undefined;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  updatedAt: number;
  status: ModelStatus;
  lifecycle: LifecycleStage;
  readonly params: Map<string, string>;
  readonly tags: Map<string, string>;
  /** By metric, run and data. */
  readonly metrics: Map<string, ModelMetric>;
  readonly folder: ModelFolder;
  /** Of the run that it belongs to. */
  readonly runFolder: RunFolder;
}

/** Where its artifacts are, as MLflow names it. */
export function modelArtifactUri({ experiment, id }: LoggedModel): string {
  return `mlflow-artifacts:/${experiment}/models/${id}/artifacts`;
}
