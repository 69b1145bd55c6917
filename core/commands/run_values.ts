import { escapeInline } from "../cli/escape.ts";
import type { TableColumn } from "../cli/text_table.ts";
import { isJsonObject, type JsonValue } from "../model/json.ts";
import type { MetricValue } from "../model/metric.ts";
import type { Params } from "../model/params.ts";
import { formatMetric } from "./stage_result.ts";

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

/** A param in a table: text as it is, all else as JSON; empty if absent. */
export function paramText(value: JsonValue | undefined): string {
  if (value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
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

/** A column for each param. Titles are names from records, and made safe to print here. */
export function paramColumns<Row>(
  names: readonly string[],
  paramsOf: (row: Row) => Params,
): TableColumn<Row>[] {
  return names.map((name) => ({
    title: escapeInline(name),
    value: (row) => {
      const flat = flatParams(paramsOf(row));
      return paramText(Object.hasOwn(flat, name) ? flat[name] : undefined);
    },
  }));
}

/** A column for each metric; never cut, since a cut number is another number. */
export function metricColumns<Row>(
  names: readonly string[],
  metricsOf: (row: Row) => Readonly<Record<string, MetricValue>>,
): TableColumn<Row>[] {
  return names.map((name) => ({
    title: escapeInline(name),
    align: "right",
    shrink: false,
    value: (row) => {
      const metrics = metricsOf(row);
      return Object.hasOwn(metrics, name) ? formatMetric(metrics[name]!) : "";
    },
  }));
}
