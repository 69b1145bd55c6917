import * as z from "zod";
import { EXIT } from "../errors.ts";
import { defineCommand } from "./define.ts";

/** `aero doctor`. */
export const doctor = defineCommand({
  name: ["doctor"],
  summary: "Show whether this machine can do tracked runs",
  description:
    "Tries what runs need: git, container engines, storage, cache, clock. In a project, what that project asks for; " +
    "elsewhere, what you have chosen for yourself. Exits 4 if a problem makes tracked runs impossible.",
  examples: [
    { does: "Check this machine", run: "aero doctor" },
    { does: "Check it from a script", run: "aero doctor --json" },
  ],
  positionals: [],
  input: z.strictObject({}),
  async run(_input, app) {
    const { examineMachine } = await import("../actions/examine_machine.ts");
    return examineMachine(app);
  },
  text({ subject, state, detail, fix }, style) {
    const word =
      { ok: style.green("ok"), warning: style.yellow("warning"), problem: style.red("problem") }[state];
    const pad = " ".repeat("problem".length - state.length);
    return [
      `${word}${pad}  ${style.bold(subject)}: ${detail}`,
      ...fix.map((hint) => `         ${style.cyan("hint:")} ${hint}`),
    ].join("\n");
  },
  exitCode: ({ state }) => state === "problem" ? EXIT.outside : EXIT.ok,
});
