import { z } from "zod";
import { ERROR_CODES } from "../../core/commands/error_codes.ts";
import { ENVIRONMENT_VARIABLES } from "../../core/config/env_table.ts";
import { type ConfigKey, projectKeys, userKeys } from "../../core/config/key_list.ts";
import { REGISTRY } from "../../plugins/mod.ts";
import { commandOverview } from "./command_reference.ts";
import { code, table } from "./markdown.ts";

/** What a page may have between `<!-- generated: name -->` and `<!-- end -->`, by name. */
export function pageBlocks(): Record<string, string> {
  return {
    "commands": commandOverview(),
    "project-keys": keyTable(projectKeys()),
    "user-keys": keyTable(userKeys()),
    "variables": table(
      ["Variable", "Sets", "What"],
      ENVIRONMENT_VARIABLES.map(({ name, key, summary }) => [code(name), code(key ?? ""), summary]),
    ),
    "errors": table(["Code", "Exit", "What"], ERROR_CODES.map((e) => [code(e.code), String(e.exit), e.what])),
    "storages": table(
      ["Storage", "What"],
      REGISTRY.storages.map((plugin) => [code(plugin.name), plugin.summary]),
    ),
    "environments": table(
      ["Environment", "What"],
      REGISTRY.environments.map((plugin) => [code(plugin.name), plugin.summary]),
    ),
    "trackers": table(
      ["Tracker", "What"],
      REGISTRY.trackers.map((plugin) => [code(plugin.name), plugin.summary]),
    ),
    ...Object.fromEntries(
      REGISTRY.storages.map((plugin) => [`${plugin.name}-storage-config`, optionTable(plugin.config)]),
    ),
    ...Object.fromEntries(
      REGISTRY.trackers.map((plugin) => [`${plugin.name}-tracker-config`, optionTable(plugin.config)]),
    ),
  };
}

function keyTable(keys: readonly ConfigKey[]): string {
  return table(
    ["Key", "Takes", "What"],
    keys.map((key) => [code(key.key) + (key.required ? " (required)" : ""), key.takes, key.summary]),
  );
}

/** The options of a plugin, from its schema. */
function optionTable(config: z.ZodType): string {
  const schema = z.toJSONSchema(config, { io: "input", unrepresentable: "any" });
  const rows = Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const { type, description, default: standard } = property as z.core.JSONSchema.BaseSchema;
    const end = standard === undefined ? "" : `; default ${JSON.stringify(standard)}`;
    return [code(name), String(type ?? "any"), (description ?? "") + end];
  });
  return table(["Key", "Takes", "What"], rows);
}
