import { isJsonObject, type JsonValue } from "../model/json.ts";
import type { MetricValue } from "../model/metric.ts";
import type { Params } from "../model/params.ts";

/** Params by dotted name, mappings opened: `model.depth`; in the order they stand. */
export function flatParams(params: Params, prefix = ""): Record<string, JsonValue> {
  const flat: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(params)) {
    if (isJsonObject(value) && Object.keys(value).length > 0) {
      Object.assign(flat, flatParams(value, `${prefix}${key}.`));
    } else flat[prefix + key] = value;
  }
  return flat;
}

/** Names of all params that some run has, sorted. */
export function paramNamesOf(runs: readonly { readonly params: Params }[]): string[] {
  return [...new Set(runs.flatMap((run) => Object.keys(flatParams(run.params))))].sort();
}

/** Names of the params that are not the same in all runs, sorted; absent counts as a value. */
export function varyingParams(runs: readonly { readonly params: Params }[]): string[] {
  const flat = runs.map((run) => flatParams(run.params));
  return paramNamesOf(runs).filter((name) => {
    const values = new Set(
      flat.map((params) => Object.hasOwn(params, name) ? JSON.stringify(params[name]) : ""),
    );
    return values.size > 1;
  });
}

/** Names of all metrics that some run has, sorted. */
export function metricNamesOf(
  runs: readonly { readonly metrics: Readonly<Record<string, MetricValue>> }[],
): string[] {
  return [...new Set(runs.flatMap((run) => Object.keys(run.metrics)))].sort();
}
