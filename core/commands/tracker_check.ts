import * as z from "zod";
import { EXIT } from "../errors.ts";
import { clauseLine } from "../text/clause_text.ts";
import { trackerCheckLine, trackerRightLines } from "../text/tracker_text.ts";
import { defineCommand } from "./define.ts";

/** `aero tracker check`. */
export const trackerCheck = defineCommand({
  name: ["tracker", "check"],
  summary: "Test whether a tracker can be reached, and does what aero needs",
  description:
    "Asks for runs, and says what is wrong with the address or the credentials. With --contract it also runs the " +
    "clauses that aero's own trackers are tested by; that makes runs, with times that are made up, and they stay: in " +
    "the group conformance, or, where the config names a group, in one of its name and `contract check` behind it. " +
    "Outputs and text are not looked at then, since no tracker gives them back. Exits 4 " +
    "if something is wrong.",
  examples: [
    { does: "Test the trackers of this project", run: "aero tracker check" },
    { does: "Test all that aero needs of one", run: "aero tracker check mlflow --contract" },
  ],
  positionals: [{ name: "trackers", many: true, describe: "Names of trackers; all if none is named" }],
  input: z.strictObject({
    trackers: z.array(z.string()).default([]),
    contract: z.boolean().default(false).describe("Run the clauses of the tracker contract too"),
    only: z.array(z.string()).default([]).describe(
      "Run the clauses that have this text; commas separate several",
    ),
  }),
  async run({ trackers, contract, only }, app) {
    const { checkTrackers } = await import("../actions/check_trackers.ts");
    const chosen = only.flatMap((text) => text.split(",")).filter((text) => text !== "");
    return checkTrackers(app, { trackers, contract: contract || chosen.length > 0, only: chosen });
  },
  text(item, style) {
    switch (item.type) {
      case "tracker-right":
        return trackerRightLines(item, style);
      case "clause":
        return clauseLine(item, style);
      case "tracker-check":
        return trackerCheckLine(item, style);
    }
  },
  exitCode: (item) =>
    item.type === "tracker-check" && item.refused + item.broken > 0 ? EXIT.outside : EXIT.ok,
});
