import { escapeInline } from "../cli/escape.ts";
import type { TableColumn } from "../cli/text_table.ts";
import { flatParams } from "../history/run_values.ts";
import type { JsonValue } from "../model/json.ts";
import type { MetricValue } from "../model/metric.ts";
import type { Params } from "../model/params.ts";
import { formatMetric } from "./outcome_line.ts";

/** A param in a table: text as it is, all else as JSON; empty if absent. */
export function paramText(value: JsonValue | undefined): string {
  if (value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
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
