import * as z from "zod";
import { escapeInline } from "../cli/escape.ts";
import { EXIT } from "../errors.ts";
import { defineCommand } from "./define.ts";

/** `aero tag`. */
export const tag = defineCommand({
  name: ["tag"],
  summary: "Give a run tags, or take them away",
  description:
    "Also a run that has ended, or that somebody else made: its record stays as it is, and the tags are kept beside it, " +
    "with who gave them and when. `aero list --where tag=NAME` finds the runs. Trackers that the run was sent to show " +
    "them; exits 3 if one is away, and `aero sync` tells it. An imported run's own tracker is not told: say it there too.",
  examples: [
    { does: "Mark the last run", run: "aero tag @last paper" },
    { does: "Take a tag away", run: "aero tag kqzm baseline --remove" },
  ],
  positionals: [
    {
      name: "run",
      required: true,
      describe:
        "A run id or its beginning, @last, NAME:v3 that it made, a git tag or commit, a version, or TRACKER:ID",
      complete: "run",
    },
    { name: "tags", required: true, many: true, describe: "Tags" },
  ],
  input: z.strictObject({
    run: z.string(),
    tags: z.array(z.string()),
    remove: z.boolean().default(false).describe("Take the tags away"),
  }),
  async run({ run, tags, remove }, app) {
    const { annotateRun } = await import("../actions/annotate_run.ts");
    return await annotateRun(app, run, remove ? { untag: tags } : { tag: tags });
  },
  exitCode: ({ waiting }) => waiting.length > 0 ? EXIT.lagging : EXIT.ok,
  text: ({ stage, run, tags, changed }, style) =>
    `${changed ? "" : "Unchanged: "}${style.bold(stage)}  ${style.cyan(run)}  ${
      tags.length === 0 ? style.dim("no tags") : escapeInline(tags.join(" "))
    }`,
});
