import * as z from "zod";
import { defineCommand } from "./define.ts";

/** `aero log`. */
export const log = defineCommand({
  name: ["log"],
  summary: "Report metrics, from inside a run",
  description:
    "Adds one line to the file that AERO_METRICS names. Numbers are whole, decimal or like 1e-3; NaN and Infinity " +
    "too. Inside a container the same command is there without aero.",
  examples: [
    { does: "Report two metrics", run: "aero log loss=0.1 acc=0.9" },
    { does: "Say at which step", run: "aero log loss=0.1 --step 3" },
  ],
  positionals: [{ name: "metrics", required: true, many: true, describe: "NAME=NUMBER" }],
  input: z.strictObject({
    metrics: z.array(z.string()).min(1),
    step: z.string().exactOptional().describe("Step that the numbers are of"),
  }),
  async run({ metrics, step }, app) {
    const { logMetrics } = await import("../actions/log_metrics.ts");
    const line = logMetrics(app.variables.get("AERO_METRICS"), {
      metrics,
      ...(step === undefined ? {} : { step }),
    });
    return { type: "metrics", line };
  },
  text: () => "",
});
