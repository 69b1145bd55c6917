import { type MetricPoint, type MetricValue, toMetricValue } from "../model/metric.ts";

/** One value of a metric, as its run reported it. */
export interface SeriesPoint {
  /** Absent if the program told none. */
  readonly step?: number;
  readonly value: MetricValue;
}

/** All values of each metric of a run, in the order of its journal. */
export type MetricSeries = ReadonlyMap<string, readonly SeriesPoint[]>;

/** A place where two series are not equal. */
export interface SeriesDifference {
  /** Which value of the metric it is, from 0. */
  readonly at: number;
  /** That of the original, or of the rerun where the original has no such point. */
  readonly step?: number;
  /** Absent on the side that has no such point. */
  readonly a?: MetricValue;
  readonly b?: MetricValue;
}

/** The series of a run from the points of its journal. Times do not count: no two runs have the same. */
export function seriesOf(points: readonly MetricPoint[]): MetricSeries {
  const series = new Map<string, SeriesPoint[]>();
  for (const { step, values } of points) {
    for (const name in values) {
      let list = series.get(name);
      if (list === undefined) series.set(name, list = []);
      const value = toMetricValue(values[name]!);
      list.push(step === undefined ? { value } : { step, value });
    }
  }
  return series;
}

/** Where two series of one metric differ, in order; a point of another step is another point. */
export function* seriesDifferences(
  before: readonly SeriesPoint[],
  after: readonly SeriesPoint[],
): Generator<SeriesDifference> {
  for (let at = 0; at < Math.max(before.length, after.length); at++) {
    const a = before[at], b = after[at];
    if (a?.value === b?.value && a?.step === b?.step) continue;
    const step = (a ?? b)?.step;
    const place = step === undefined ? { at } : { at, step };
    if (a === undefined) yield { ...place, b: b!.value };
    else if (b === undefined || b.step !== a.step) yield { ...place, a: a.value };
    else yield { ...place, a: a.value, b: b.value };
  }
}
