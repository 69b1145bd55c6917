import { toMetricValue } from "../../../core/model/metric.ts";
import type { TrackerEvent } from "../../../core/plugin/tracker.ts";
import { cutHash, escapeName } from "./names.ts";

/** One value as `runs/log-batch` takes it. What is not finite is text: a bare NaN would end the server's reading. */
export interface WireMetric {
  readonly key: string;
  readonly value: number | string;
  readonly timestamp: number;
  readonly step: number;
}

/** What MLflow cannot hold of values: steps are whole numbers that are always there, names have a length. */
export interface MetricMarks {
  /** Names, escaped, of metrics that have a value without a step; it is shown at step 0. */
  readonly stepless: Set<string>;
  /** Names, escaped, of metrics that have a step which is no whole number; it is rounded down. */
  readonly rounded: Set<string>;
  /** Whole names of those that were cut, by their hash. */
  readonly names: Map<string, string>;
}

/** The values of some events, in order; `marks` grows by what they lose. */
export function wireMetrics(events: readonly TrackerEvent[], marks: MetricMarks): WireMetric[] {
  const metrics: WireMetric[] = [];
  const keys = new Map<string, string>();
  const keyOf = (name: string) => {
    let key = keys.get(name);
    if (key === undefined) {
      keys.set(name, key = escapeName(name));
      const hash = cutHash(name);
      if (hash !== undefined) marks.names.set(hash, name);
    }
    return key;
  };
  for (const event of events) {
    if (event.kind !== "metrics") continue;
    for (const { step, at, values } of event.points) {
      for (const name in values) {
        const key = keyOf(name);
        metrics.push({
          key,
          value: toMetricValue(values[name]!),
          // A fraction, or what exceeds the server's range, would end its reading of the whole message in silence.
          timestamp: Math.max(0, Math.trunc(at)),
          step: wireStep(step, key, marks),
        });
      }
    }
  }
  return metrics;
}

function wireStep(step: number | undefined, key: string, marks: MetricMarks): number {
  if (step === undefined || Number.isNaN(step)) {
    marks.stepless.add(key);
    return 0;
  }
  if (Number.isSafeInteger(step)) return step;
  marks.rounded.add(key);
  return Math.min(Number.MAX_SAFE_INTEGER, Math.max(Number.MIN_SAFE_INTEGER, Math.floor(step)));
}
