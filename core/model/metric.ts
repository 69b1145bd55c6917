/** What a program reported at one moment: names and numbers. */
export interface MetricPoint {
  /** The x-axis; absent for a number without one. */
  readonly step?: number;
  /** Epoch milliseconds. */
  readonly at: number;
  /** At least one; NaN and the infinities are kept. */
  readonly values: Readonly<Record<string, number>>;
}

/** A number as documents hold it: JSON has no NaN and no infinity. */
export type MetricValue = number | "NaN" | "Infinity" | "-Infinity";

/** To the form that documents hold. */
export function toMetricValue(value: number): MetricValue {
  return Number.isFinite(value) ? value : String(value) as MetricValue;
}

/** From the form that documents hold. */
export function fromMetricValue(value: MetricValue): number {
  return typeof value === "number" ? value : Number(value);
}
