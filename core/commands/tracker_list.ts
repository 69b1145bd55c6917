import * as z from "zod";
import { trackersTable } from "../text/tracker_text.ts";
import { defineCommand } from "./define.ts";

/** `aero tracker list`. */
export const trackerList = defineCommand({
  name: ["tracker", "list"],
  summary: "List the trackers of this project, and how many runs each lacks",
  description:
    "Where aero.yaml has `trackers`, those of your own config.yaml do not hold; AERO_TRACKERS stands in place of both.",
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
    const { trackersSetAside } = await import("../actions/trackers_set_aside.ts");
    const aside = await trackersSetAside(app);
    if (aside.length > 0) {
      app.printer.note(
        `set aside: ${
          aside.join(", ")
        } of your own config.yaml; \`trackers\` of aero.yaml stands in its place`,
      );
    }
    return trackers;
  },
  text: trackersTable,
});
