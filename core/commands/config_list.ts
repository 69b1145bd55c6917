import * as z from "zod";
import { textTable } from "../cli/text_table.ts";
import { type ConfigKey, projectKeys, userKeys } from "../config/key_list.ts";
import { type PluginKey, pluginVariables, storageKeys, trackerKeys } from "../config/plugin_keys.ts";
import type { Registry } from "../plugin/registry.ts";
import { defineCommand } from "./define.ts";

/** `aero config list`. */
export const configList = defineCommand({
  name: ["config", "list"],
  summary: "List all keys of aero.yaml and of your own config.yaml",
  description:
    "Options of storages and trackers begin with the names of those that take them; what secrets come from is a " +
    "variable, at the end of the list. `aero help variables` has those of aero itself.",
  examples: [
    { does: "See what a project can say", run: "aero config list" },
    { does: "See what you can set for all your projects", run: "aero config list --user" },
  ],
  positionals: [],
  input: z.strictObject({ user: z.boolean().default(false).describe("Keys of your own config.yaml") }),
  async run({ user }, app) {
    const keys = withPlugins(user ? userKeys() : projectKeys(), await app.registry());
    return keys.map((key) => ({ type: "config-key", ...key }));
  },
  text: (keys, style) =>
    textTable(keys, [
      {
        title: "KEY",
        value: (key) => key.key + (key.required ? " *" : ""),
        paint: style.cyan,
        shrink: false,
      },
      { title: "TAKES", value: (key) => key.takes },
      {
        title: "WHAT IT SAYS",
        value: ({ of, summary }) => of === undefined ? summary : `${of.join(", ")}: ${summary}`,
      },
    ], style) + "\n* must be there; secrets stand in variables only\n",
});

type ShownKey = ConfigKey & Partial<Pick<PluginKey, "of">>;

/** The options of plugins stand behind what all plugins of their kind take, and variables at the end. */
function withPlugins(keys: readonly ConfigKey[], registry: Registry): ShownKey[] {
  return [
    ...keys.flatMap((key): ShownKey[] => {
      if (key.key === "storage.use") return [key, ...storageKeys(registry)];
      return key.key === "trackers[].name" ? [key, ...trackerKeys(registry)] : [key];
    }),
    ...pluginVariables(registry),
  ];
}
