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
}

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
  };
}
