import * as z from "zod";
import { textTable } from "../cli/text_table.ts";
import { projectKeys, userKeys } from "../config/key_list.ts";
import { defineCommand } from "./define.ts";

/** `aero config list`. */
export const configList = defineCommand({
  name: ["config", "list"],
  summary: "List all keys of aero.yaml and of your own config.yaml",
  examples: [
    { does: "See what a project can say", run: "aero config list" },
    { does: "See what you can set for all your projects", run: "aero config list --user" },
  ],
  positionals: [],
  input: z.strictObject({ user: z.boolean().default(false).describe("Keys of your own config.yaml") }),
  run: ({ user }) =>
    Promise.resolve((user ? userKeys() : projectKeys()).map((key) => ({ type: "config-key", ...key }))),
  text: (keys, style) =>
    textTable(keys, [
      {
        title: "KEY",
        value: (key) => key.key + (key.required ? " *" : ""),
        paint: style.cyan,
        shrink: false,
      },
      { title: "TAKES", value: (key) => key.takes },
      { title: "WHAT IT SAYS", value: (key) => key.summary },
    ], style) + "\n* must be there\n",
});
