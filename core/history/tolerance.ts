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

/** Quantiles at 0.995 of Student's t for 1 to 30 degrees of freedom; standard tables. */
const T995 = [
  ...[63.657, 9.925, 5.841, 4.604, 4.032, 3.707, 3.499, 3.355, 3.25, 3.169],
  ...[3.106, 3.055, 3.012, 2.977, 2.947, 2.921, 2.898, 2.878, 2.861, 2.845],
  ...[2.831, 2.819, 2.807, 2.797, 2.787, 2.779, 2.771, 2.763, 2.756, 2.75],
];

/**
 * The band in which one more run's value lies with 99 %, if values spread as in these runs: the prediction interval
 * of a normal distribution, mean ± t · s · √(1 + 1/n).
 *
 * @param values Of at least two runs.
 * @returns `undefined` of fewer than two values, or if one is not finite.
 */
export function repeatBand(values: readonly number[]): Band | undefined {
  const n = values.length;
  if (n < 2 || !values.every(Number.isFinite)) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const off = (T995[n - 2] ?? T995.at(-1)!) * Math.sqrt(squares / (n - 1)) * Math.sqrt(1 + 1 / n);
  // Equal values have a mean that can be off by rounding.
  return { low: Math.min(mean - off, ...values), high: Math.max(mean + off, ...values) };
}

/** Whether a value lies in a band; NaN lies in none. */
export function isWithin(value: MetricValue, { low, high }: Band): boolean {
  const number = fromMetricValue(value);
  return number >= low && number <= high;
}
