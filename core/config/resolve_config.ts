import { UserError } from "../errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../model/json.ts";
import { nearest } from "../model/nearest.ts";
import type { Registry } from "../plugin/registry.ts";
import type { Directories } from "./directories.ts";
import { type Fault, faultsOf } from "./faults.ts";
import type { Layer } from "./layers.ts";
import { type ConfigOrigin, type ConfigValue, originText } from "./origin.ts";
import type { PluginSection, TrackerSection } from "./project_config.ts";
import { parseSize } from "./quantity.ts";
import { toTrackerSections, type TrackerFile, trackersValue } from "./tracker_sections.ts";

/** What belongs to the machine and its user, not to a project. */
export interface Settings {
  /** Absolute path. */
  readonly cacheDirectory: string;
  /** Absent if nobody set it: the disk decides. */
  readonly cacheMaxBytes?: number;
  /** Absolute path. */
  readonly dataDirectory: string;
}

/** Values that several sources can set, after the strongest has won. */
export interface Resolved {
  readonly storage: PluginSection;
  readonly trackers: readonly TrackerSection[];
  readonly environmentUse: string;
  /** Whether a flag or variable chose the environment: it then holds for stages too. */
  readonly overridesStages: boolean;
  readonly settings: Settings;
  readonly values: readonly ConfigValue[];
}

/** For people: what it comes to is asked of the disk when the cache is pruned. */
const DEFAULT_CACHE_SIZE = "10% of the disk, at most 50GB";
const DEFAULT: ConfigOrigin = { kind: "default" };

/**
 * Lets the strongest source win for each value.
 *
 * @param layers Strongest first.
 * @throws {UserError} `config_invalid` for a value that cannot be used, naming its source.
 */
export function resolveLayers(
  layers: readonly Layer[],
  registry: Registry,
  directories: Directories,
): Resolved {
  const pick = <T>(key: string, of: (layer: Layer) => T | undefined, standard: T): Picked<T> => {
    for (const layer of layers) {
      const value = of(layer);
      if (value !== undefined) return { key, value, origin: layer.originOf(key) };
    }
    return { key, value: standard, origin: DEFAULT };
  };
  const storage = resolveStorage(
    layers,
    pick("storage.use", (l) => l.storage?.use, registry.storages[0]?.name ?? "local"),
  );
  checkStorage(storage, registry, layers);
  const environmentUse = pick("environment.use", (l) => l.environmentUse, "auto");
  checkName(
    environmentUse,
    ["auto", ...registry.environments.map((plugin) => plugin.name)],
    "an environment",
  );
  const trackers = pick<readonly TrackerFile[]>("trackers", (l) => l.trackers, []);
  const cacheDirectory = pick("cache.directory", (l) => l.cacheDirectory, directories.cache);
  const cacheSize = pick<string | number>("cache.max_size", (l) => l.cacheSize, DEFAULT_CACHE_SIZE);
  const dataDirectory = pick("data.directory", (l) => l.dataDirectory, directories.data);
  for (const directory of [cacheDirectory, dataDirectory]) {
    if (!directory.value.startsWith("/")) throw invalid(directory, "write an absolute path");
  }
  const cacheMaxBytes = cacheSize.origin === DEFAULT ? {} : { cacheMaxBytes: toBytes(cacheSize) };
  return {
    storage: storage.section,
    trackers: toTrackerSections(trackers.value),
    environmentUse: environmentUse.value,
    overridesStages: environmentUse.origin.kind === "flag" || environmentUse.origin.kind === "variable",
    settings: { cacheDirectory: cacheDirectory.value, dataDirectory: dataDirectory.value, ...cacheMaxBytes },
    values: [
      ...storage.values,
      ...(trackers.origin === DEFAULT ? [] : [{ ...trackers, value: trackersValue(trackers.value) }]),
      environmentUse,
      cacheDirectory,
      cacheSize,
      dataDirectory,
    ],
  };
}

interface Picked<T> {
  readonly key: string;
  readonly value: T;
  readonly origin: ConfigOrigin;
}

function toBytes(size: Picked<string | number>): number {
  const bytes = typeof size.value === "number" ? size.value : parseSize(size.value);
  if (bytes === undefined) throw invalid(size, "write a size, such as 20GB");
  return bytes;
}

interface ResolvedStorage {
  readonly section: PluginSection;
  readonly use: Picked<string>;
  readonly values: readonly ConfigValue[];
}

function resolveStorage(layers: readonly Layer[], use: Picked<string>): ResolvedStorage {
  const options: Record<string, JsonValue> = {};
  const values: ConfigValue[] = [use];
  for (const layer of layers) {
    // Options of another kind of storage mean nothing to the one that was chosen.
    if (layer.storage === undefined || (layer.storage.use ?? use.value) !== use.value) continue;
    for (const [option, value] of Object.entries(layer.storage.options)) {
      if (Object.hasOwn(options, option)) continue;
      options[option] = value;
      values.push({ key: `storage.${option}`, value, origin: layer.originOf(`storage.${option}`) });
    }
  }
  for (const value of profileOf(layers, use, options.profile)) {
    const option = value.key.slice("storage.".length);
    if (Object.hasOwn(options, option)) continue;
    options[option] = value.value;
    values.push(value);
  }
  return { section: { use: use.value, options }, use, values };
}

/**
 * What the profile of a name says, for the storage that names it. A name that no profile has is the plugin's own to
 * understand.
 */
function profileOf(
  layers: readonly Layer[],
  use: Picked<string>,
  name: JsonValue | undefined,
): readonly ConfigValue[] {
  if (typeof name !== "string") return [];
  const layer = layers.find(({ profiles }) => profiles !== undefined && Object.hasOwn(profiles, name));
  const profile = layer?.profiles?.[name];
  if (layer === undefined || profile === undefined) return [];
  if (profile.use !== undefined && profile.use !== use.value) {
    throw invalid(
      { key: "storage.profile", value: name, origin: layer.originOf(`profiles.${name}`) },
      `this profile is for the storage "${profile.use}", and "${use.value}" is in use`,
    );
  }
  return Object.entries(profile.options).map(([option, value]) => ({
    key: `storage.${option}`,
    value,
    origin: layer.originOf(`profiles.${name}.${option}`),
  }));
}

function checkStorage(storage: ResolvedStorage, registry: Registry, layers: readonly Layer[]): void {
  const plugin = registry.storages.find((plugin) => plugin.name === storage.use.value);
  if (plugin === undefined) {
    return checkName(storage.use, registry.storages.map((plugin) => plugin.name), "a storage");
  }
  const read = plugin.config.safeParse(storage.section.options);
  if (read.success) return;
  const faults = faultsOf(read.error, plugin.config).map((fault: Fault) => {
    const path = ["storage", ...fault.path];
    const from = storage.values.find((value) => value.key === `storage.${String(fault.path[0])}`)?.origin ??
      storage.use.origin;
    return `${path.map(String).join(".")} (${originText(from)}): ${fault.message}`;
  });
  throw new UserError("config_invalid", {
    what: `Cannot use the storage "${plugin.name}"`,
    why: faults.join("\n"),
    ...unknownProfile(storage.section.options.profile, layers),
  });
}

/** What is missing may stand in a profile whose name was not hit. */
function unknownProfile(
  name: JsonValue | undefined,
  layers: readonly Layer[],
): { readonly fix?: readonly string[] } {
  const names = layers.flatMap(({ profiles }) => Object.keys(profiles ?? {}));
  if (typeof name !== "string" || names.includes(name)) return {};
  const near = nearest(name, names);
  return {
    fix: [
      `your own config.yaml has no profile ${JSON.stringify(name)}` +
      (near === undefined ? "" : `; did you mean "${near}"?`),
    ],
  };
}

function checkName(picked: Picked<string>, known: readonly string[], kind: string): void {
  if (known.includes(picked.value)) return;
  const near = nearest(picked.value, known);
  throw invalid(
    picked,
    `there is no such ${kind.replace(/^an? /, "")}; ${
      near === undefined ? `it can be ${known.join(", ")}` : `did you mean "${near}"?`
    }`,
  );
}

function invalid(picked: Picked<JsonValue>, why: string): UserError {
  return new UserError("config_invalid", {
    what: `Cannot use ${JSON.stringify(picked.value)} for ${picked.key}`,
    why: `${why} (it comes from: ${originText(picked.origin)})`,
  });
}

/** Each value of a document under its dotted key; lists and empty mappings are values. */
export function flatten(
  value: JsonValue,
  prefix: string,
): { readonly key: string; readonly value: JsonValue }[] {
  if (!isJsonObject(value) || Object.keys(value).length === 0) return [{ key: prefix, value }];
  return Object.entries(value as JsonObject).flatMap(([key, member]) =>
    flatten(member, prefix === "" ? key : `${prefix}.${key}`)
  );
}
