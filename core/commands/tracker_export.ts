import * as z from "zod";
import { EXIT } from "../errors.ts";
import { trackerSyncText } from "../text/tracker_text.ts";
import { defineCommand } from "./define.ts";

/** `aero tracker export`. */
export const trackerExport = defineCommand({
  name: ["tracker", "export"],
  summary: "Send runs to a tracker, imported ones too",
  description:
    "`aero sync` sends each tracker the runs that aero made. This sends those that are named, also ones that were " +
    "imported from another tracker. What the tracker has is not sent again.",
  examples: [
    { does: "The last run", run: "aero tracker export @last --to wandb" },
    { does: "From one tracker to another", run: "aero tracker export mlflow:0af3c7 --to sacred" },
  ],
  positionals: [{
    name: "runs",
    required: true,
    many: true,
    describe: "Run ids, @last, NAME:v3 that they made, git tags, commits, TRACKER:ID",
    complete: "run",
  }],
  input: z.strictObject({
    runs: z.array(z.string()),
    to: z.string().describe("Name of a tracker of the config"),
  }),
  async run(input, app) {
    const { exportRuns } = await import("../actions/export_runs.ts");
    return await exportRuns(app, input);
  },
  text(synced, style) {
    const waits = synced.left > synced.failed.length ? ["  send what waits: the same command again"] : [];
    return [trackerSyncText(synced, style), ...waits].join("\n");
  },
  exitCode: ({ left, remarksLeft }) => left + remarksLeft > 0 ? EXIT.lagging : EXIT.ok,
});
