import * as z from "zod";
import { escapeInline } from "../cli/escape.ts";
import { EXIT } from "../errors.ts";
import { defineCommand } from "./define.ts";

/** `aero note`. */
export const note = defineCommand({
  name: ["note"],
  summary: "Say what a run is about",
  description:
    "Also of a run that has ended, or that somebody else made: its record stays as it is, and the note is kept beside it, " +
    "with who wrote it and when. It takes the place of the note before; an empty one takes that away. Trackers that " +
    "the run was sent to show it; exits 3 if one is away, and `aero sync` tells it. An imported run's own tracker is not " +
    "told: say it there too.",
  examples: [
    { does: "Say what the last run was for", run: 'aero note @last "the one in figure 3"' },
    { does: "Take the note of a run away", run: 'aero note kqzm ""' },
  ],
  positionals: [
    {
      name: "run",
      required: true,
      describe:
        "A run id or its beginning, @last, NAME:v3 that it made, a git tag or commit, a version, or TRACKER:ID",
      complete: "run",
    },
    { name: "text", required: true, describe: "The note; empty: none" },
  ],
  input: z.strictObject({ run: z.string(), text: z.string() }),
  async run({ run, text }, app) {
    const { annotateRun } = await import("../actions/annotate_run.ts");
    return await annotateRun(app, run, { note: text });
  },
  exitCode: ({ waiting }) => waiting.length > 0 ? EXIT.lagging : EXIT.ok,
  text: ({ stage, run, note, changed }, style) =>
    `${changed ? "" : "Unchanged: "}${style.bold(stage)}  ${style.cyan(run)}  ${
      note === undefined ? style.dim("no note") : escapeInline(note)
    }`,
});
