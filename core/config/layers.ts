import type { JsonObject, JsonValue } from "../model/json.ts";
import type { Environment } from "./env.ts";
import type { ConfigOrigin } from "./origin.ts";
import type { ProjectFile, UserFile } from "./schema.ts";
import type { TrackerFile } from "./tracker_sections.ts";

/** A kind of storage, and options of it; either may be said without the other. */
export interface StorageSaid {
  readonly use?: string;
  readonly options: JsonObject;
}

/** What one source says of the values that several sources can set. */
export interface Layer {
  /** Of one key, since each variable is a source of its own. */
  originOf(key: string): ConfigOrigin;
  readonly storage?: StorageSaid;
  /** Options by a name, for storages that name it. */
  readonly profiles?: Readonly<Record<string, StorageSaid>>;
  /** An empty list says that there is to be none. */
  readonly trackers?: readonly TrackerFile[];
  readonly environmentUse?: string;
  readonly cacheDirectory?: string;
  readonly cacheSize?: string | number;
  readonly dataDirectory?: string;
}

/** Values of flags by their key: `storage.use`, `environment.use`, `cache.directory`. */
export type FlagValues = Readonly<Record<string, string>>;

/** What flags say. */
export function flagLayer(flags: FlagValues): Layer {
  return fromKeys(flags, (key) => ({ kind: "flag", name: `--${key.replaceAll(/[._]/g, "-")}` }));
}

/** What variables say; see `env_table.ts`. */
export function variableLayer(environment: Environment): Layer {
  const names = new Map([
    ["storage.use", "AERO_STORAGE"],
    ["trackers", "AERO_TRACKERS"],
    ["environment.use", "AERO_ENVIRONMENT"],
    ["cache.directory", "AERO_CACHE_DIR"],
    ["cache.max_size", "AERO_CACHE_SIZE"],
    ["data.directory", "AERO_DATA_DIR"],
  ]);
  const prefix = "AERO_STORAGE_";
  for (const name of environment.names()) {
    if (name.startsWith(prefix) && name !== prefix) {
      names.set(`storage.${name.slice(prefix.length).toLowerCase()}`, name);
    }
  }
  const values: Record<string, string> = {};
  for (const [key, name] of names) {
    const value = environment.get(name);
    if (value !== undefined) values[key] = value;
  }
  return fromKeys(values, (key) => ({ kind: "variable", name: names.get(key) ?? key }));
}

function fromKeys(values: FlagValues, originOf: (key: string) => ConfigOrigin): Layer {
  const options: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(values)) {
    if (key.startsWith("storage.") && key !== "storage.use") options[key.slice("storage.".length)] = value;
  }
  const pick = (key: string, field: string) => values[key] === undefined ? {} : { [field]: values[key] };
  return {
    originOf,
    storage: { ...pick("storage.use", "use"), options },
    ...pick("environment.use", "environmentUse"),
    ...pick("cache.directory", "cacheDirectory"),
    ...pick("cache.max_size", "cacheSize"),
    ...pick("data.directory", "dataDirectory"),
  };
}

/** What a project or user file says. */
export function fileLayer(raw: ProjectFile | UserFile, origin: ConfigOrigin): Layer {
  const profiles = "profiles" in raw && raw.profiles !== undefined ? raw.profiles : undefined;
  const cache = "cache" in raw ? raw.cache : undefined, data = "data" in raw ? raw.data : undefined;
  return {
    originOf: () => origin,
    storage: storageSaid(raw.storage ?? {}),
    ...(profiles === undefined ? {} : {
      profiles: Object.fromEntries(Object.entries(profiles).map(([name, said]) => [name, storageSaid(said)])),
    }),
    ...(raw.trackers === undefined ? {} : { trackers: raw.trackers }),
    ...(raw.environment?.use === undefined ? {} : { environmentUse: raw.environment.use }),
    ...(cache?.directory === undefined ? {} : { cacheDirectory: cache.directory }),
    ...(cache?.max_size === undefined ? {} : { cacheSize: cache.max_size }),
    ...(data?.directory === undefined ? {} : { dataDirectory: data.directory }),
  };
}

function storageSaid(
  { use, ...options }: { readonly use?: string; readonly [option: string]: unknown },
): StorageSaid {
  return { ...(use === undefined ? {} : { use }), options: options as JsonObject };
}
