import { resolve } from "node:path";
import * as z from "zod";
import { quoteCommand } from "../model/quote_command.ts";
import { defineCommand } from "./define.ts";

/** `aero checkout`. */
export const checkout = defineCommand({
  name: ["checkout"],
  summary: "Lay a run out as a folder: code, inputs, outputs, config",
  description: "The folder is made from storage alone, and the command to run it by hand is printed.",
  examples: [
    { does: "Look at the last run", run: "aero checkout @last /tmp/last" },
    { does: "Look at the run that made a model", run: "aero checkout model:v3 model-3" },
  ],
  positionals: [
    {
      name: "run",
      required: true,
      describe:
        "A run id or its beginning, @last, NAME:v3 that it made, a git tag or commit, a version, or TRACKER:ID",
      complete: "run",
    },
    { name: "directory", required: true, describe: "Does not exist yet, or is empty", complete: "directory" },
  ],
  input: z.strictObject({ run: z.string(), directory: z.string() }),
  async run(input, app) {
    const [{ findRecord }, { checkoutRun }] = await Promise.all([
      import("../actions/run_lookups.ts"),
      import("../pipeline/checkout_run.ts"),
    ]);
    const record = await findRecord(app, input.run);
    const directory = resolve(app.io.cwd, input.directory);
    const result = await checkoutRun(await app.openProject(), record, directory, { signal: app.signal });
    return { type: "checkout", run: record.run, ...result };
  },
  text: ({ run, directory, command }, style) =>
    `${style.cyan(run)} lies in ${style.bold(directory)}; to run it by hand:\n  cd ${
      quoteCommand([directory])
    }\n  ${command}`,
});
