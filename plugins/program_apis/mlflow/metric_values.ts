import type { MetricPoint } from "../../../core/model/metric.ts";
import type { Message } from "./message.ts";
import type { Point } from "./metric_series.ts";
import type { ProgramRun } from "./program_run.ts";

/** One value of one metric, as a request says it. */
export interface MetricValueSaid extends Point {
  readonly key: string;
  readonly modelId: string | undefined;
  readonly datasetName: string | undefined;
  readonly datasetDigest: string | undefined;
}

/** @throws {Refusal} if a part is missing or of another kind. */
export function readMetric(message: Message, now: number): MetricValueSaid {
  return {
    key: message.wantedText("key"),
    value: message.wantedNumber("value"),
    timestamp: message.integer("timestamp") ?? now,
    step: message.integer("step") ?? 0,
    modelId: message.text("model_id"),
    datasetName: message.text("dataset_name"),
    datasetDigest: message.text("dataset_digest"),
  };
}

/** As they are told: neighbours of one step and time are one point, unless a name comes twice. */
export function toldPoints(run: ProgramRun, said: readonly MetricValueSaid[]): readonly MetricPoint[] {
  const points: MetricPoint[] = [];
  let at: number | undefined, step: number | undefined;
  let values = new Map<string, number>();
  const close = () => {
    if (values.size > 0) points.push({ step: step!, at: at!, values: Object.fromEntries(values) });
    values = new Map();
  };
  for (const metric of said) {
    const name = run.told(metric.key);
    if (metric.timestamp !== at || metric.step !== step || values.has(name)) close();
    at = metric.timestamp;
    step = metric.step;
    values.set(name, metric.value);
  }
  close();
  return points;
}
