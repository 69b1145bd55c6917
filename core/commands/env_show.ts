import * as z from "zod";
import { environmentText } from "../text/environment_text.ts";
import { defineCommand } from "./define.ts";

/** `aero env show`. */
export const envShow = defineCommand({
  name: ["env", "show"],
  summary: "Show what stages run in: image, variables, network, packages",
  description:
    "Tells what aero.yaml and aero.lock say, and what was found in the image when it was kept. With --json and " +
    "--packages the list of packages is the stored CycloneDX document. No engine is started.",
  examples: [
    { does: "See what the stages run in", run: "aero env show" },
    { does: "See the packages in the image of train", run: "aero env show --stage train --packages" },
  ],
  positionals: [],
  completes: { stage: "stage" },
  input: z.strictObject({
    stage: z.string().exactOptional().describe("Only what this stage runs in"),
    packages: z.boolean().default(false).describe("List the packages"),
  }),
  async run({ stage, packages }, app) {
    const { shownEnvironments } = await import("../actions/shown_environments.ts");
    return await shownEnvironments(app, { packages, ...(stage === undefined ? {} : { stage }) });
  },
  json: (results) =>
    results.flatMap(({ packages: _, document, ...environment }) => [
      environment,
      ...(document === undefined ? [] : [{ type: "inventory", image: environment.image, document }]),
    ]),
  text: (results, style) => results.map((result) => environmentText(result, style)).join("\n\n"),
});
