import * as z from "zod";
import { EXIT } from "../errors.ts";
import { differenceLine } from "../text/difference_text.ts";
import { gradeText } from "../text/grade_text.ts";
import { defineCommand } from "./define.ts";

/** `aero verify`. */
export const verify = defineCommand({
  name: ["verify"],
  summary: "Run a recorded run again, and judge whether it gives the same",
  description:
    "The verdict is identical (all bytes and metrics; of a run with neither, its logs), within tolerance (metrics " +
    "as close as the stage's tolerance allows, or as reruns are to each other), or different. Outputs that the stage does not " +
    "declare are compared and named; they decide only where there is nothing else. The verdict is recorded, and the " +
    "newest decides whether the run counts as verified; one on the host stays " +
    "provenance, since a host cannot be kept. Reruns are compared and change no result: what `aero run` takes as up to " +
    "date stays so.",
  examples: [
    { does: "Is the last run repeatable", run: "aero verify @last" },
    { does: "Judge metrics by how far three reruns spread", run: "aero verify kqzm --repeat 3" },
  ],
  positionals: [{
    name: "run",
    required: true,
    describe:
      "A run id or its beginning, @last, NAME:v3 that it made, a git tag or commit, a version, or TRACKER:ID",
    complete: "run",
  }],
  input: z.strictObject({
    run: z.string(),
    repeat: z.int().min(1).max(100).default(1).describe(
      "Run it so often; from 2 on, metrics may lie in the band that the reruns span",
    ),
  }),
  async run(input, app) {
    const { verifyRecorded } = await import("../actions/verify_recorded.ts");
    return await verifyRecorded(app, input);
  },
  text(result, style) {
    const verdict = result.verdict.replaceAll("_", " ");
    const paint = result.verdict === "different" ? style.red : style.green;
    return [
      `${style.bold(result.stage)}  ${style.cyan(result.run)}  ${paint(verdict)}`,
      ...result.differences.map((difference) => `  ${differenceLine(difference)}`),
      style.dim(`  compared with ${result.against.join(", ")}`),
      ...(result.grade === undefined ? [] : [style.dim(`  grade ${gradeText(result.grade)}`)]),
    ].join("\n");
  },
  exitCode: (result) => result.verdict === "different" ? EXIT.programFailed : EXIT.ok,
});
