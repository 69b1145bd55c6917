import * as z from "zod";
import { requireMetrics } from "../history/known_names.ts";
import { metricNamesOf } from "../history/run_values.ts";
import { parseSort } from "../history/sort.ts";
import { parseWhere } from "../history/where.ts";
import { metricsCsv, metricsItems, type MetricsResult, metricsText } from "../text/metrics_text.ts";
import { defineCommand } from "./define.ts";

/** `aero metrics`. */
export const metrics = defineCommand({
  name: ["metrics"],
  summary: "Compare the metrics of runs, tags or branches",
  description: "Without a run: the newest run with metrics of each stage.",
  examples: [
    { does: "The newest of each stage", run: "aero metrics" },
    { does: "Two runs side by side", run: "aero metrics @last-1 @last" },
    { does: "Across the git tags", run: "aero metrics --tags" },
    { does: "How the loss went", run: "aero metrics @last:train --history --metric loss" },
    { does: "The same, drawn", run: "aero metrics @last:train --plot --metric loss" },
  ],
  positionals: [{
    name: "runs",
    many: true,
    describe: "Run ids, @last, NAME:v3 that they made, git tags, commits, versions or TRACKER:ID",
    complete: "run",
  }],
  shorts: { m: "metric", w: "where" },
  input: z.strictObject({
    runs: z.array(z.string()).default([]),
    history: z.boolean().default(false).describe("All points of the runs, with their steps"),
    plot: z.boolean().default(false).describe("Draw the points of the runs"),
    metric: z.array(z.string()).default([]).describe("Only this metric"),
    tags: z.boolean().default(false).describe("The newest runs of each git tag's commit"),
    branches: z.boolean().default(false).describe("The newest runs of each git branch's commit"),
    where: z.string().exactOptional().describe("All runs with metrics that fit a filter: 'stage = train'"),
    sort: z.string().exactOptional().describe("Order by fields, largest first after a dash: metrics.rmse"),
    csv: z.boolean().default(false).describe("Print CSV"),
  }),
  async run({ runs, history, plot, metric, tags, branches, where, sort }, app): Promise<MetricsResult> {
    const { chooseRuns, runHistories } = await import("../actions/choose_runs.ts");
    const rows = await chooseRuns(app, {
      references: runs,
      tags,
      branches,
      ...(where === undefined ? {} : { where: parseWhere(where) }),
      ...(sort === undefined ? {} : { sort: parseSort(sort) }),
    });
    if (rows.length === 0) {
      const refs = [...(tags ? ["tag"] : []), ...(branches ? ["branch"] : [])].join(" or ");
      if (where !== undefined) app.printer.note(`no run fits ${where}`);
      else app.printer.note(refs === "" ? "no run has metrics yet" : `no run is of the commit of a ${refs}`);
    }
    const names = [...new Set(metric)];
    if (!history && !plot && rows.length > 0) {
      requireMetrics(
        names,
        metricNamesOf(rows.map(({ run }) => run)),
      );
    }
    if (!history && !plot) return { type: "metrics", rows, names };
    return { type: "histories", histories: await runHistories(app, rows, names), plot };
  },
  text: (result, style, { csv }) => csv ? metricsCsv(result) : metricsText(result, style),
  json: metricsItems,
});
