import { formatAgo, formatDuration } from "../cli/human.ts";
import type { Style } from "../cli/style.ts";
import type { TableColumn } from "../cli/text_table.ts";
import type { RunSummary } from "../history/run_summary.ts";
import {
  flatParams,
  metricNamesOf,
  paramNamesOf,
  shownParams,
  shownTags,
  varyingParams,
} from "../history/run_values.ts";
import { csvBytes, type CsvCell } from "./csv_text.ts";
import { fittedTable } from "./fit_columns.ts";
import { paintState } from "./outcome_line.ts";
import { metricColumns, paramColumns, paramText } from "./value_columns.ts";

/** What a table of runs shows beside its usual columns. */
export interface ShownValues {
  /** Metrics, in order; all if absent. */
  readonly metrics?: readonly string[];
  /** Columns at the left of all others. */
  readonly first?: readonly TableColumn<RunSummary>[];
}

// A terminal of 80 cells has room for about three metrics; more of them count less than the rest.
const FIRST_METRICS = 3;
// 32 bits: enough of a run's id to be told from others where the width counts.
const SHORT_ID = 8;

/** Runs as a table: metrics, and the params in which they differ. Empty for no runs. */
export function runsTable(runs: readonly RunSummary[], style: Style, shown: ShownValues = {}): string {
  const now = style.now().getTime();
  const several = new Set(runs.map((run) => run.project)).size > 1;
  const metrics = metricColumns<RunSummary>(shown.metrics ?? metricNamesOf(runs), (run) => run.metrics);
  const params = paramColumns<RunSummary>(varyingParams(runs), (run) => shownParams(run));
  return fittedTable(
    runs,
    [
      ...shown.first ?? [],
      {
        title: "run",
        value: (run) => style.columns === undefined ? run.run : run.run.slice(0, SHORT_ID),
        paint: style.cyan,
        shrink: false,
      },
      ...(several ? [{ title: "project", value: (run: RunSummary) => run.project }] : []),
      { title: "stage", value: (run) => run.stage, paint: style.bold },
      {
        title: "state",
        value: (run) => run.state,
        paint: (text, run) => text.replace(run.state, paintState(run.state, style)),
      },
      { title: "grade", worth: 60, value: (run) => run.grade ?? "–" },
      { title: "age", worth: 70, value: (run) => formatAgo(run.startedAt, now) },
      {
        title: "duration",
        worth: 50,
        align: "right",
        value: (run) => formatDuration((run.endedAt ?? now) - run.startedAt),
      },
      ...metrics.map((column, i) => ({ ...column, worth: i < FIRST_METRICS ? 80 : 30 })),
      ...params.map((column) => ({ ...column, worth: 40 })),
      ...(runs.some((run) => shownTags(run).length > 0)
        ? [{ title: "tags", worth: 55, value: (run: RunSummary) => shownTags(run).join(" ") }]
        : []),
    ],
    style,
    "--csv",
  );
}

/** Runs as CSV: all that a summary holds, with a column for each param and each metric. */
export function runsCsv(
  runs: readonly RunSummary[],
  metrics: readonly string[] = metricNamesOf(runs),
  first: readonly TableColumn<RunSummary>[] = [],
): Uint8Array {
  const params = paramNamesOf(runs);
  const header = [
    ...first.map((column) => column.title),
    ...["run", "project", "stage", "state", "grade", "verdict", "started", "ended", "duration_s", "exit"],
    ...["version", "commit", "branch", "subject", "image", "group", "parent", "tags", "note", "user", "host"],
    ...params.map((name) => `params.${name}`),
    ...metrics.map((name) => `metrics.${name}`),
  ];
  return csvBytes(
    header,
    runs.map((run) => {
      const flat = flatParams(shownParams(run));
      return [
        ...first.map((column) => column.value(run)),
        ...fixedCells(run),
        ...params.map((name) => Object.hasOwn(flat, name) ? paramText(flat[name]) : undefined),
        ...metrics.map((name) => Object.hasOwn(run.metrics, name) ? run.metrics[name] : undefined),
      ];
    }),
  );
}

function fixedCells(run: RunSummary): CsvCell[] {
  const instant = (at: number | undefined) => at === undefined ? undefined : new Date(at).toISOString();
  return [
    run.run,
    run.project,
    run.stage,
    run.state,
    run.grade,
    run.verdict,
    instant(run.startedAt),
    instant(run.endedAt),
    run.endedAt === undefined ? undefined : (run.endedAt - run.startedAt) / 1000,
    run.exit === undefined ? undefined : run.exit.how === "exited" ? run.exit.code : run.exit.how,
    run.version,
    run.commit,
    run.branch,
    run.subject,
    run.image,
    run.group,
    run.parent?.run,
    shownTags(run).join(" "),
    run.note ?? run.logged?.note,
    run.user,
    run.host,
  ];
}
