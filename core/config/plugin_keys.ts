import type { PluginVariable, Registry } from "../plugin/registry.ts";
import { type ConfigKey, keysOf } from "./key_list.ts";

/** A key that only some plugins take, or a variable that they read. */
export interface PluginKey extends ConfigKey {
  /** Names of the plugins. */
  readonly of: readonly string[];
}

interface Plugin {
  readonly name: string;
  readonly config: Parameters<typeof keysOf>[0];
  readonly variables?: readonly PluginVariable[];
}

/** Options of the storages, from their schemas; those of one name and meaning are one. */
export function storageKeys({ storages }: Registry): PluginKey[] {
  return merged(storages, "storage.");
}

/** Options of the trackers, from their schemas. */
export function trackerKeys({ trackers }: Registry): PluginKey[] {
  return merged(trackers, "trackers[].");
}

/** Variables that plugins take addresses and secrets from, which never stand in a config. */
export function pluginVariables({ storages, trackers }: Registry): PluginKey[] {
  return joined(
    [...storages, ...trackers].flatMap(({ name, variables = [] }) =>
      variables.map((variable): PluginKey => ({
        key: variable.name,
        takes: "variable",
        required: false,
        summary: variable.summary,
        of: [name],
      }))
    ),
  );
}

function merged(plugins: readonly Plugin[], prefix: string): PluginKey[] {
  return joined(
    plugins.flatMap(({ name, config }) => keysOf(config, prefix).map((key) => ({ ...key, of: [name] }))),
  );
}

function joined(keys: readonly PluginKey[]): PluginKey[] {
  const same = Map.groupBy(keys, ({ of: _, ...key }) => JSON.stringify(key));
  return [...same.values()].map((group) => ({ ...group[0]!, of: group.flatMap(({ of }) => of) }));
}
