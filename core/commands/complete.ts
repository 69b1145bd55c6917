import * as z from "zod";
import { completionValues } from "../actions/completion_values.ts";
import { completeLine } from "../cli/complete.ts";
import { escapeInline } from "../cli/escape.ts";
import { defineCommand } from "./define.ts";

/** `aero __complete`: what completion scripts ask. Says nothing about what goes wrong: the person is typing. */
export const complete = defineCommand({
  name: ["__complete"],
  summary: "List what could come next on a command line",
  examples: [{ does: "What could follow", run: "aero __complete -- completions ''" }],
  positionals: [{ name: "words", many: true, describe: "The words after aero; the last is being typed" }],
  input: z.strictObject({ words: z.array(z.string()).default([]) }),
  async run({ words }, app) {
    const { COMMANDS } = await import("./mod.ts");
    try {
      const candidates = await completeLine(
        COMMANDS,
        words,
        (kind, current) => completionValues(kind, current, app),
      );
      return candidates.map((candidate) => ({ type: "candidate", ...candidate }));
    } catch {
      return [];
    }
  },
  text: (candidates) =>
    candidates.map(({ value, about }) =>
      about === undefined ? escapeInline(value) : `${escapeInline(value)}\t${about}`
    )
      .join("\n"),
});
