import * as z from "zod";
import { runPage } from "../text/run_page.ts";
import { defineCommand } from "./define.ts";

/** `aero show`. */
export const show = defineCommand({
  name: ["show"],
  summary: "Show all that is known of a run",
  description:
    "Of a run that goes on, what it has reported so far. @last is the newest run, @last-1 the one before it, and " +
    "@last:STAGE the newest of a stage; runs that `aero verify` made do not count.",
  examples: [
    { does: "The last run", run: "aero show @last" },
    { does: "The run that made a model", run: "aero show model:v3" },
    { does: "The newest run of a stage", run: "aero show @last:train" },
  ],
  positionals: [
    {
      name: "run",
      required: true,
      describe:
        "A run id or its beginning, @last, NAME:v3 that it made, a git tag or commit, a version, or TRACKER:ID",
      complete: "run",
    },
  ],
  input: z.strictObject({ run: z.string() }),
  async run({ run }, app) {
    const { knownRun } = await import("../actions/known_run.ts");
    const known = await knownRun(app, run);
    const others = (await app.index()).query({ project: known.summary.project })
      .filter(({ group, run }) => group === known.summary.group && run !== known.summary.run);
    const { runLinks } = await import("../actions/run_links.ts");
    return { type: "run", ...known, others, links: await runLinks(app, known.start) };
  },
  text: (result, style) => runPage(result, style),
  json: (
    {
      summary,
      start,
      record,
      version,
      verdicts,
      words,
      annotations,
      metrics,
      outputs,
      logged,
      others,
      links,
    },
  ) => ({
    type: "run",
    run: summary.run,
    state: summary.state,
    grade: summary.grade,
    ...words,
    ...(record === undefined ? { start, metrics, outputs, logged } : { record }),
    version,
    verdicts,
    annotations,
    links,
    group: others.map(({ run, stage, state }) => ({ run, stage, state })),
  }),
});
