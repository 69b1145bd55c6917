import * as z from "zod";
import { UserError } from "../errors.ts";
import { requireKnownNames } from "../history/known_names.ts";
import type { RunSummary } from "../history/run_summary.ts";
import { parseSort } from "../history/sort.ts";
import { parseWhere } from "../history/where.ts";
import { runsCsv, runsTable } from "../text/runs_table.ts";
import { foreignRunsTable } from "../text/tracker_text.ts";
import { defineCommand } from "./define.ts";

const SHOWN_IN_TABLE = 20;

/** `aero list`. */
export const list = defineCommand({
  name: ["list"],
  summary: "List runs, newest first",
  description:
    "Metrics, and the params in which the runs differ, are columns; params that a program logged count too. " +
    "A filter names fields: run, stage, state, grade, verdict, tag, note, commit, branch, version, started, duration, " +
    "params.NAME, metrics.NAME. Runs that `aero verify` made have the tag verify; @last is none of them.",
  examples: [
    { does: "The newest runs", run: "aero list" },
    { does: "The best ones first", run: "aero list --sort metrics.rmse" },
    {
      does: "Those that fit",
      run: `aero list --where 'metrics.rmse < 40 and params.features = "lag_one_week"'`,
    },
    { does: "Without those that were made to judge others", run: "aero list --where 'tag != verify'" },
    { does: "All, for a spreadsheet", run: "aero list --csv" },
    { does: "What a tracker has of this project", run: "aero list --from mlflow" },
    { does: "All that it has, whoever made it", run: "aero list --from 'mlflow:*'" },
  ],
  positionals: [],
  completes: { stage: "stage" },
  shorts: { s: "stage", w: "where", n: "limit" },
  input: z.strictObject({
    stage: z.string().exactOptional().describe("Runs of this stage only"),
    where: z.string().exactOptional().describe("Runs that fit a filter only: 'metrics.rmse < 40'"),
    sort: z.string().exactOptional().describe(
      "Order by fields, largest first after a dash: metrics.rmse,-started",
    ),
    limit: z.int().positive().exactOptional().describe(
      `At most so many; by default ${SHOWN_IN_TABLE} in a table, and all with --csv or --json`,
    ),
    all: z.boolean().default(false).describe("All runs"),
    csv: z.boolean().default(false).describe("Print CSV, with all params and metrics"),
    from: z.string().exactOptional().describe(
      "Runs as a tracker has them: TRACKER for its own group or this project's, TRACKER:GROUP, or 'TRACKER:*' for all",
    ),
  }),
  async run({ stage, where, sort, limit, all, csv, from }, app) {
    if (from !== undefined) {
      refuseBesideFrom({ stage, where, sort, csv: csv || undefined });
      const { listForeign } = await import("../actions/list_foreign.ts");
      const most = limit ?? (all || app.printer.json ? undefined : SHOWN_IN_TABLE);
      const listed = await listForeign(app, from, most);
      if (listed.more && !app.printer.json) {
        app.printer.note(
          `${listed.runs.length} runs, and there are more: \`--limit N\`; all of them: \`aero list --from '${from}' --all\``,
        );
      }
      return listed;
    }
    const condition = where === undefined ? undefined : parseWhere(where);
    const order = sort === undefined ? undefined : parseSort(sort);
    const inFull = all || csv || app.printer.json;
    const most = limit ?? (inFull ? undefined : SHOWN_IN_TABLE);
    const index = await app.index();
    const scope = stage === undefined ? {} : { stage };
    const filter = {
      ...(condition === undefined ? {} : { where: condition }),
      ...(order === undefined ? {} : { sort: order }),
    };
    const simple = condition === undefined && order === undefined;
    if (!simple) requireKnownNames(index.query({}), filter);
    const runs = index.query({
      ...scope,
      now: app.io.now().getTime(),
      ...filter,
      ...(simple && most !== undefined ? { limit: most } : {}),
    });
    const total = simple ? index.count(stage) : runs.length;
    const shown = most === undefined ? runs : runs.slice(0, most);
    if (total === 0 && where === undefined) {
      const { place, elsewhere } = await (await import("../actions/outside_project.ts")).searchedPlace(app);
      app.printer.note(
        elsewhere.length === 0
          ? "there are no runs yet; make one: `aero run`"
          : [`${place} has no runs`, ...elsewhere].join("\n"),
      );
    } else if (total === 0) app.printer.note(`no run fits ${where}`);
    else if (shown.length < total && !app.printer.json) {
      app.printer.note(`${shown.length} of ${total} runs; all of them: \`aero list --all\``);
    }
    return { type: "runs" as const, runs: shown };
  },
  text: (result, style, { csv }) =>
    result.type === "foreign-runs"
      ? foreignRunsTable(result, style)
      : csv
      ? runsCsv(result.runs)
      : runsTable(result.runs, style),
  json: (result) =>
    result.type === "foreign-runs"
      ? result.runs.map((run) => ({ type: "foreign-run", tracker: result.tracker, ...run }))
      : result.runs.map(runItem),
});

/** A tracker has its own filters, and none of these. */
function refuseBesideFrom(flags: Readonly<Record<string, unknown>>): void {
  const [given] = Object.entries(flags).find(([, value]) => value !== undefined) ?? [];
  if (given === undefined) return;
  throw new UserError("flags_exclusive", {
    what: `Cannot use --${given} together with --from`,
    why: "what a tracker has is listed as it is",
    fix: ["import the runs to filter them: `aero tracker import`"],
  });
}

/** A run as `--json` prints it. */
function runItem(run: RunSummary) {
  return { type: "run", ...run };
}
