import * as z from "zod";
import { parseSize } from "../config/quantity.ts";
import { importLine, importsLine } from "../text/tracker_text.ts";
import { defineCommand } from "./define.ts";

/** `aero tracker import`. */
export const trackerImport = defineCommand({
  name: ["tracker", "import"],
  summary: "Make runs of a tracker, which others' code made, runs of this project",
  description:
    "Takes over params, every metric value, tags, note, commit, files and what was printed; the run is graded " +
    "provenance, since nothing of its code and image is kept. The same again adds nothing. Runs that go on, and runs " +
    "that aero made, are left out.",
  examples: [
    {
      does: "All runs of the group that the tracker's config names, else of this project's",
      run: "aero tracker import mlflow",
    },
    { does: "Those of another group", run: "aero tracker import mlflow --group old-models" },
    { does: "Some runs", run: "aero tracker import mlflow:0af3c7 mlflow:77be01" },
  ],
  positionals: [{
    name: "runs",
    required: true,
    many: true,
    describe: "TRACKER, or TRACKER:ID as the tracker names the run",
  }],
  input: z.strictObject({
    runs: z.array(z.string()),
    group: z.string().exactOptional().describe(
      "Runs of this group, as the tracker names it; '*' for all groups",
    ),
    limit: z.int().positive().exactOptional().describe("At most so many, newest first"),
    files: z.string().refine((text) => parseSize(text) !== undefined, {
      error: "write a size, such as 100MB",
    })
      .default("100MB").describe("Leave out the files of a run that are larger together"),
  }),
  async run({ runs, group, limit, files }, app) {
    const { importRuns } = await import("../actions/import_runs.ts");
    return importRuns(app, {
      words: runs,
      ...(group === undefined ? {} : { group }),
      ...(limit === undefined ? {} : { limit }),
      mostBytes: parseSize(files)!,
    });
  },
  text: (item, style) => item.type === "tracker-import" ? importLine(item, style) : importsLine(item),
});
