import * as z from "zod";
import { NO_STAGES, splitWords } from "../actions/stage_words.ts";
import { EXIT } from "../errors.ts";
import { exitText } from "../text/outcome_line.ts";
import { defineCommand } from "./define.ts";

/** `aero dev`. */
export const dev = defineCommand({
  name: ["dev"],
  summary: "Run stages untracked, on the host, in your own directory",
  description:
    "The same pipeline with the same variables, for trying things: uncommitted changes are fine, nothing is " +
    "recorded, and outputs go to a scratch area in .aero that keeps the latest few.",
  examples: [
    { does: "Try the whole pipeline", run: "aero dev" },
    { does: "Try one stage with another param", run: "aero dev --only train max_depth=3" },
  ],
  positionals: [{
    name: "words",
    many: true,
    describe: "Stages, and params as NAME=VALUE",
    complete: "stage_or_param",
  }],
  input: z.strictObject({
    words: z.array(z.string()).default([]),
    only: z.array(z.string()).default([]).describe(
      "Run the stages whose name has this text, and nothing they read from; commas separate several",
    ),
  }),
  async run(input, app) {
    const { stages, overrides } = splitWords(input.words);
    const only = input.only.flatMap((text) => text.split(",")).filter((text) => text !== "");
    const { runUntracked } = await import("../actions/run_untracked.ts");
    const outcomes = await runUntracked(app, { stages, only, overrides });
    if (outcomes.length === 0) app.printer.note(NO_STAGES);
    return outcomes.map((outcome) => ({ type: "dev-run", ...outcome }));
  },
  text: (results, style) =>
    results.map(({ stage, exit, outputs }) => {
      if (exit.how === "exited" && exit.code === 0) {
        return `${style.bold(stage)}  ${style.green("done")}  ${Object.values(outputs).join(" ")}`;
      }
      return `${style.bold(stage)}  ${style.red("failed")}: ${exitText(exit)}`;
    }).join("\n"),
  exitCode: (results) =>
    results.every(({ exit }) => exit.how === "exited" && exit.code === 0) ? EXIT.ok : EXIT.programFailed,
});
