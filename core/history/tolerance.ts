import type { Tolerance } from "../model/tolerance.ts";
import { fromMetricValue, type MetricValue } from "../model/metric.ts";

/** From the least to the largest value, both in it. */
export interface Band {
  readonly low: number;
  readonly high: number;
}

/** The band around an original value that a tolerance allows. */
export function toleranceBand(tolerance: Tolerance, original: number): Band {
  const off = tolerance.kind === "absolute" ? tolerance.by : tolerance.by * Math.abs(original);
  return { low: original - off, high: original + off };
}

/**
 * The band that repeated runs span, from their least value to their largest: what the same experiment was seen to give.
 *
 * A band wider than what was seen, such as a prediction interval, would take nearly anything for the same after two or
 * three runs. The more runs, the less often chance alone puts a value outside.
 *
 * @param values Of at least two runs.
 * @returns `undefined` of fewer than two values, or if one is not finite.
 */
export function repeatBand(values: readonly number[]): Band | undefined {
  if (values.length < 2 || !values.every(Number.isFinite)) return undefined;
  return { low: Math.min(...values), high: Math.max(...values) };
}

/** Whether a value lies in a band; NaN lies in none. */
export function isWithin(value: MetricValue, { low, high }: Band): boolean {
  const number = fromMetricValue(value);
  return number >= low && number <= high;
}
