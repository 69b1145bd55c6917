import * as z from "zod";
import { completionScript, SHELLS } from "../cli/completion_scripts.ts";
import { defineCommand } from "./define.ts";

/** `aero completions`. */
export const completions = defineCommand({
  name: ["completions"],
  summary: "Print a script that completes aero's commands in your shell",
  description: "The script completes commands, flags, stages, runs and artifacts by asking aero itself.",
  examples: [
    { does: "In bash, for this session; or in ~/.bashrc", run: 'eval "$(aero completions bash)"' },
    { does: "In zsh, for this session; or in ~/.zshrc", run: 'eval "$(aero completions zsh)"' },
    { does: "In fish, for this session; or in config.fish", run: "aero completions fish | source" },
  ],
  positionals: [{ name: "shell", required: true, describe: "Your shell: bash, zsh or fish" }],
  input: z.strictObject({ shell: z.enum(SHELLS) }),
  run: ({ shell }) =>
    Promise.resolve({ type: "completions", shell, script: completionScript(shell, "aero") }),
  text: (result) => result.script,
});
