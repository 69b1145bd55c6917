import * as z from "zod";
import { stageResult } from "../actions/stage_result.ts";
import { EXIT } from "../errors.ts";
import { outcomeLine } from "../text/outcome_line.ts";
import { defineCommand } from "./define.ts";

/** `aero rerun`. */
export const rerunCommand = defineCommand({
  name: ["rerun"],
  summary: "Run a recorded run again, from storage alone",
  description:
    "The same commit, image, inputs, params and command, in a new run that is linked to the old one; or " +
    "with what you change. Neither the worktree nor a registry is used.",
  examples: [
    { does: "The last run again", run: "aero rerun @last" },
    { does: "With another param", run: "aero rerun kqzm max_depth=9" },
    { does: "On another version of an input", run: "aero rerun kqzm --artifact data=:v2" },
  ],
  positionals: [
    {
      name: "run",
      required: true,
      describe:
        "A run id or its beginning, @last, NAME:v3 that it made, a git tag or commit, a version, or TRACKER:ID",
      complete: "run",
    },
    { name: "overrides", many: true, describe: "Params to change, as NAME=VALUE", complete: "param" },
  ],
  input: z.strictObject({
    run: z.string(),
    overrides: z.array(z.string()).default([]),
    artifact: z.array(z.string()).default([]).describe("Read another version: INPUT=:v2, or INPUT=OTHER:v1"),
    tag: z.array(z.string()).default([]).describe("Tag the run"),
    note: z.string().exactOptional().describe("Say what the run is for"),
  }),
  async run(input, app) {
    const { rerunRecorded } = await import("../actions/rerun_recorded.ts");
    const record = await rerunRecorded(app, input);
    return { ...stageResult({ stage: record.stage, record, reused: false }), parent: record.parent! };
  },
  text: (result, style) =>
    `${outcomeLine(result, style)}\n  ${result.parent.kind} ${style.cyan(result.parent.run)}`,
  exitCode: (result) => result.state === "succeeded" ? EXIT.ok : EXIT.programFailed,
});
