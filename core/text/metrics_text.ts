import type { RunHistory, RunRow } from "../actions/choose_runs.ts";
import { escapeInline } from "../cli/escape.ts";
import type { Style } from "../cli/style.ts";
import { textTable } from "../cli/text_table.ts";
import type { RunSummary } from "../history/run_summary.ts";
import { toMetricValue } from "../model/metric.ts";
import { csvBytes } from "./csv_text.ts";
import { formatMetric } from "./outcome_line.ts";
import { drawPlot } from "./plot.ts";
import { runsCsv, runsTable } from "./runs_table.ts";

/** What `aero metrics` found. */
export type MetricsResult =
  | {
    readonly type: "metrics";
    readonly rows: readonly RunRow[];
    /** Metrics to show; all if empty. */
    readonly names: readonly string[];
  }
  | { readonly type: "histories"; readonly histories: readonly RunHistory[]; readonly plot: boolean };

/** Metrics for people. */
export function metricsText(result: MetricsResult, style: Style): string {
  if (result.type === "metrics") {
    const { rows, names } = result;
    const table = runsTable(rows.map(({ run }) => run), style, {
      ...(names.length === 0 ? {} : { metrics: names }),
      first: refColumns(rows),
    });
    return table;
  }
  return result.histories.map((history) => {
    const { run, name, points } = history;
    const head = `${style.bold(escapeInline(name))}  ${run.stage} ${style.cyan(run.run)}`;
    if (result.plot) return `${head}\n${drawPlot(points, Math.min(style.columns ?? 80, 100))}`;
    return `${head}\n${
      textTable(points, [
        { title: "step", align: "right", value: ({ step }) => step === undefined ? "" : String(step) },
        { title: "value", align: "right", value: ({ value }) => formatMetric(toMetricValue(value)) },
      ], style)
    }`;
  }).join("\n");
}

/** Metrics as CSV. */
export function metricsCsv(result: MetricsResult): Uint8Array {
  if (result.type === "metrics") {
    const { rows, names } = result;
    const runs = rows.map(({ run }) => run);
    return runsCsv(runs, names.length === 0 ? undefined : names, refColumns(rows));
  }
  return csvBytes(
    ["run", "stage", "metric", "step", "at", "value"],
    result.histories.flatMap(({ run, name, points }) =>
      points.map(({ step, at, value }) => [
        ...[run.run, run.stage, name, step, new Date(at).toISOString(), toMetricValue(value)],
      ])
    ),
  );
}

/** Metrics as items of `--json`. */
export function metricsItems(result: MetricsResult) {
  if (result.type === "metrics") {
    const { rows, names } = result;
    return rows.map(({ ref, run }) => ({
      type: "metrics",
      ...(ref === undefined ? {} : { ref }),
      run: run.run,
      stage: run.stage,
      state: run.state,
      commit: run.commit,
      metrics: names.length === 0
        ? run.metrics
        : Object.fromEntries(Object.entries(run.metrics).filter(([name]) => names.includes(name))),
    }));
  }
  return result.histories.flatMap(({ run, name, points }) =>
    points.map(({ value, ...point }) => ({
      type: "metric-point",
      run: run.run,
      name,
      ...point,
      value: toMetricValue(value),
    }))
  );
}

/** The column of tags and branches. A row of a table is a run, so that one run under two tags is two copies of it. */
function refColumns(rows: readonly RunRow[]) {
  if (rows.every(({ ref }) => ref === undefined)) return [];
  const refs = new Map(rows.map(({ run, ref }) => [run, ref ?? ""]));
  return [{ title: "ref", value: (run: RunSummary) => refs.get(run) ?? "" }];
}
