import * as z from "zod";
import { pullText } from "../text/transfer_text.ts";
import { defineCommand } from "./define.ts";

/** `aero pull`. */
export const pull = defineCommand({
  name: ["pull"],
  summary: "Get records and names from the storage, and files into the cache",
  description:
    "All runs of the project, and of the storage where there is no project, can be listed and looked at afterwards. " +
    "Runs that are named can be run again without the storage, with --images on a machine that has none of their " +
    "images; of an artifact its files are had. If nothing is named, the newest inputs of the stages come.",
  examples: [
    { does: "Get what colleagues have done, and the newest inputs", run: "aero pull" },
    { does: "Make the last run ready to be run again offline", run: "aero pull @last --images" },
    { does: "Get the files of a dataset", run: "aero pull hourly_counts" },
  ],
  positionals: [{
    name: "names",
    many: true,
    describe: "Runs and artifacts whose files to get",
    complete: "run",
  }],
  input: z.strictObject({
    names: z.array(z.string()).default([]),
    all: z.boolean().default(false).describe("Get the files of all runs"),
    images: z.boolean().default(false).describe("Get the images of the runs as well"),
    of: z.string().exactOptional().describe("Outside a project: only what the project of this name has"),
    dryRun: z.boolean().default(false).describe("Get records and names, and say how much the files would be"),
  }),
  async run(input, app) {
    const { pullStored } = await import("../actions/pull_stored.ts");
    return await pullStored(app, input);
  },
  text: pullText,
});
