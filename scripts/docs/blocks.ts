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
      ["Storage", "What", "Options, and more"],
      REGISTRY.storages.map((plugin) => [
        code(plugin.name),
        plugin.summary,
        pluginPage("storages", plugin.name),
      ]),
    ),
    "environments": table(
      ["Environment", "What"],
      REGISTRY.environments.map((plugin) => [code(plugin.name), plugin.summary]),
    ),
    "trackers": table(
      ["Tracker", "What", "Variables of its address and secrets", "Options, and more"],
      REGISTRY.trackers.map((plugin) => [
        code(plugin.name),
        plugin.summary,
        (plugin.variables ?? []).map(({ name }) => code(name)).join(", "),
        pluginPage("trackers", plugin.name),
      ]),
    ),
    ...Object.fromEntries(
      REGISTRY.storages.map((plugin) => [`${plugin.name}-storage-config`, optionTable(plugin.config)]),
    ),
    ...Object.fromEntries(
      REGISTRY.trackers.map((plugin) => [`${plugin.name}-tracker-config`, optionTable(plugin.config)]),
    ),
  };
}

/** A link from the repository's own page to that of a plugin. */
function pluginPage(kind: "storages" | "trackers", name: string): string {
  return `[plugins/${kind}/${name}](plugins/${kind}/${name}/README.md)`;
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
