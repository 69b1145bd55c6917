import * as z from "zod";
import { shellExitCode } from "../actions/shell_exit_code.ts";
import { EXIT } from "../errors.ts";
import { exitText } from "../text/outcome_line.ts";
import { defineCommand } from "./define.ts";

/** `aero shell`. */
export const shell = defineCommand({
  name: ["shell"],
  summary: "Open a shell in exactly the container of a stage",
  description:
    "The same image, code, inputs, params, variables and network as a tracked run of the stage would have; with " +
    "uncommitted changes, a snapshot of them. Nothing is recorded, and outputs are thrown away. What follows the " +
    "stage and its params is run in place of a shell; the exit code is that of the shell.",
  examples: [
    { does: "Look around in the container of train", run: "aero shell train" },
    { does: "Run one command there", run: "aero shell train -- python3 -V" },
    { does: "See what a run saw", run: "aero shell --run @last -- ls -l /aero/inputs" },
  ],
  positionals: [{
    name: "words",
    many: true,
    describe: "The stage, its params as NAME=VALUE, and after -- a command",
    complete: "stage_or_param",
  }],
  completes: { run: "run" },
  input: z.strictObject({
    words: z.array(z.string()).default([]),
    run: z.string().exactOptional().describe("Be where this run was, in place of a stage of the worktree"),
  }),
  async run({ words, run }, app) {
    const { openShell } = await import("../actions/open_shell.ts");
    const outcome = await openShell(app, { words, ...(run === undefined ? {} : { run }) });
    return { type: "shell", ...outcome };
  },
  text: ({ exit }) => exit.how === "exited" ? "" : exitText(exit),
  exitCode: ({ exit }) => shellExitCode(exit) ?? EXIT.programFailed,
});
