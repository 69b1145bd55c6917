import type { RunFolder } from "./folders.ts";
import { MetricSeries, type Point, type PointBudget } from "./metric_series.ts";

/** Whether it stands among what is shown, or was taken away by the program; nothing is ever removed. */
export type LifecycleStage = "active" | "deleted";

/** How a run stands, by the program's own word. What aero says of the run is its exit. */
export const RUN_STATUSES = ["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"] as const;

/** One of {@link RUN_STATUSES}. */
export type RunStatus = typeof RUN_STATUSES[number];

/** Data that a run read, as the program described it. */
export interface DatasetInput {
  readonly name: string;
  readonly digest: string;
  readonly sourceType: string;
  /** JSON. */
  readonly source: string;
  readonly schema?: string;
  readonly profile?: string;
  readonly tags: ReadonlyMap<string, string>;
}

/** A model that a run made, and when. */
export interface ModelOutput {
  readonly modelId: string;
  readonly step: number;
}

/** What makes a run. */
export interface RunBeginning {
  /** 32 hex digits. */
  readonly id: string;
  readonly name: string;
  readonly experiment: string;
  /** What its params, metrics and tags are called where they are told; absent for `<place of its folder>/<name>`. */
  readonly told?: (name: string) => string;
  readonly folder: RunFolder;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly budget: PointBudget;
}

/** A run as the program made it, with all that it can read back. */
export class ProgramRun {
  readonly id: string;
  /** What a param, metric or tag of it is called where it is told. */
  readonly told: (name: string) => string;
  readonly folder: RunFolder;
  name: string;
  experiment: string;
  status: RunStatus = "RUNNING";
  lifecycle: LifecycleStage = "active";
  startedAt: number;
  endedAt: number | undefined;
  readonly params = new Map<string, string>();
  readonly tags = new Map<string, string>();
  readonly metrics = new Map<string, MetricSeries>();
  /** By name and digest. */
  readonly datasets = new Map<string, DatasetInput>();
  readonly modelInputs = new Set<string>();
  readonly modelOutputs: ModelOutput[] = [];
  readonly #budget: PointBudget;

  constructor(beginning: RunBeginning) {
    this.id = beginning.id;
    this.name = beginning.name;
    this.experiment = beginning.experiment;
    this.told = beginning.told ?? ((name) => `${beginning.folder.place}/${name}`);
    this.folder = beginning.folder;
    this.startedAt = beginning.startedAt;
    this.#budget = beginning.budget;
  }

  /** Whether it is the run that aero knows. */
  get isMain(): boolean {
    return this.folder.place === "";
  }

  /** Keeps a value; `false` if an equal one came shortly before. */
  addPoint(key: string, point: Point): boolean {
    let series = this.metrics.get(key);
    if (series === undefined) {
      series = new MetricSeries(this.#budget);
      this.metrics.set(key, series);
    }
    if (series.has(point)) return false;
    series.add(point);
    return true;
  }

  /** Where its artifacts are, as MLflow names it. */
  get artifactUri(): string {
    return `mlflow-artifacts:/${this.experiment}/${this.id}/artifacts`;
  }
}
