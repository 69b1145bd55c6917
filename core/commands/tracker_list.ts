import * as z from "zod";
import { trackersTable } from "../text/tracker_text.ts";
import { defineCommand } from "./define.ts";

/** `aero tracker list`. */
export const trackerList = defineCommand({
  name: ["tracker", "list"],
  summary: "List the trackers of this project, and how many runs each lacks",
  examples: [{ does: "See whether they answer", run: "aero tracker list" }],
  positionals: [],
  input: z.strictObject({}),
  async run(_input, app) {
    const { listTrackers } = await import("../actions/list_trackers.ts");
    const trackers = await listTrackers(app);
    if (trackers.length === 0) {
      app.printer.note(
        "no tracker is configured; add one to `trackers` in aero.yaml, or in your own config.yaml, " +
          "or set AERO_TRACKERS",
      );
    }
    return trackers;
  },
  text: trackersTable,
});
