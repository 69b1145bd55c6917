import * as z from "zod";
import { textTable } from "../cli/text_table.ts";
import { defineCommand } from "./define.ts";

/** `aero data update`. */
export const dataUpdate = defineCommand({
  name: ["data", "update"],
  summary: "Look for newer data where artifacts were imported from",
  description:
    "What has changed becomes a new version; without names, all imported artifacts of the project are looked at. " +
    "Versions that are there keep their bytes.",
  examples: [
    { does: "Take what is new", run: "aero data update" },
    { does: "Only look", run: "aero data update --dry-run" },
  ],
  positionals: [{
    name: "artifacts",
    many: true,
    describe: "Names of artifacts",
    complete: "artifact",
  }],
  input: z.strictObject({
    artifacts: z.array(z.string()).default([]),
    dryRun: z.boolean().default(false).describe("Say what would be added, and add nothing"),
  }),
  async run({ artifacts, dryRun }, app) {
    const { updateData } = await import("../actions/update_data.ts");
    return await Array.fromAsync(updateData(app, artifacts, { dryRun }));
  },
  text: (items, style) =>
    items.length === 0 ? "No artifact of this project was imported" : textTable(items, [
      { title: "artifact", value: ({ artifact }) => artifact, paint: style.bold },
      {
        title: "",
        value: ({ state, before, label }) =>
          state === "updated"
            ? `${before} → ${label}`
            : state === "unchanged"
            ? `${before} is the newest`
            : "changed",
      },
      { title: "from", value: ({ from }) => from },
    ], style),
});
