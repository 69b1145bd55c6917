import { fromMetricValue, type MetricValue } from "../model/metric.ts";

/** A metric that differs; a side is absent if the run did not report it. */
export interface MetricChange {
  readonly name: string;
  readonly a?: MetricValue;
  readonly b?: MetricValue;
  /** `b - a`; absent unless both are finite. */
  readonly absolute?: number;
  /** `(b - a) / |a|`, so that 0.01 is one percent more; absent also if `a` is 0. */
  readonly relative?: number;
  /** Present if the sides differ by no more than sums in another order do. */
  readonly rounding?: true;
}

/**
 * Relative differences up to here are taken for rounding. A double has 16 digits, of which sums over a million values
 * in another order may lose half a dozen.
 */
const ROUNDING = 1e-9;

/** What differs between two runs' metrics, sorted by name. */
export function metricChanges(
  a: Readonly<Record<string, MetricValue>>,
  b: Readonly<Record<string, MetricValue>>,
): MetricChange[] {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
  return names.flatMap((name) => {
    const before = Object.hasOwn(a, name) ? a[name] : undefined;
    const after = Object.hasOwn(b, name) ? b[name] : undefined;
    return before === after ? [] : [metricChange(name, before, after)];
  });
}

/** How one metric changed. */
export function metricChange(
  name: string,
  a: MetricValue | undefined,
  b: MetricValue | undefined,
): MetricChange {
  const absolute = a === undefined || b === undefined ? NaN : fromMetricValue(b) - fromMetricValue(a);
  const relative = a === undefined ? NaN : absolute / Math.abs(fromMetricValue(a));
  return {
    name,
    ...(a === undefined ? {} : { a }),
    ...(b === undefined ? {} : { b }),
    ...(Number.isFinite(absolute) ? { absolute } : {}),
    ...(Number.isFinite(relative) ? { relative } : {}),
    ...(relative !== 0 && Math.abs(relative) <= ROUNDING ? { rounding: true } : {}),
  };
}
