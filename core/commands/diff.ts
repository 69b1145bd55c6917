import * as z from "zod";
import { comparisonText } from "../text/comparison_text.ts";
import { defineCommand } from "./define.ts";

/** `aero diff`. */
export const diff = defineCommand({
  name: ["diff"],
  summary: "Show what differs between two runs",
  description:
    "Code, image, inputs, params, what programs logged, command, environment, host, metrics and outputs; what is equal is " +
    "left out.",
  examples: [
    { does: "What changed since the run before", run: "aero diff @last-1:train @last:train" },
    { does: "Between the runs that made two models", run: "aero diff model:v1 model:v2" },
  ],
  positionals: [
    {
      name: "a",
      required: true,
      describe: "The run before: a run id or its beginning, @last, NAME:v3 that it made, a git tag, …",
      complete: "run",
    },
    { name: "b", required: true, describe: "The run after", complete: "run" },
  ],
  input: z.strictObject({ a: z.string(), b: z.string() }),
  async run({ a, b }, app) {
    const { compareRecorded } = await import("../actions/compare_recorded.ts");
    return { type: "comparison", ...await compareRecorded(app, a, b) };
  },
  text: (result, style) => comparisonText(result, style),
});
