import type { z } from "zod";
import type { JsonObject } from "../model/json.ts";
import type { PluginContext } from "./context.ts";
import type { DataSourcePlugin } from "./data_source.ts";
import type { Environment, ImageDigest } from "./environment.ts";
import type { ProgramApiPlugin } from "./program_api.ts";
import type { RegisteredService } from "./service.ts";
import type { Storage } from "./storage.ts";
import type { Tracker } from "./tracker.ts";

/** A variable that a plugin takes a secret or an address from, as the service's own tools do. */
export interface PluginVariable {
  readonly name: string;
  /** One line. */
  readonly summary: string;
}

/** A kind of storage that config can choose. */
export interface StoragePlugin<Config> {
  readonly kind: "storage";
  /** As `storage.use` names it. */
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** Checks the section of the config, less `use`. */
  readonly config: z.ZodType<Config>;
  /** Absent: none. */
  readonly variables?: readonly PluginVariable[];
  open(config: Config, context: PluginContext): Promise<Storage>;
}

/** A kind of environment that config can choose. */
export interface EnvironmentPlugin {
  readonly kind: "environment";
  /** As `environment.use` names it. */
  readonly name: string;
  readonly summary: string;
  /** Kind of the environments that it opens. */
  readonly opens: Environment["kind"];
  /**
   * Whether `auto` may choose it; the first in the list that is available is taken. A host never is: a run that
   * cannot be kept whole is a person's choice.
   */
  readonly automatic: boolean;
  /**
   * @param first The image that will be inspected first, if it is known: an engine may look for it meanwhile. It changes
   *   no answer.
   * @throws {EnvironmentError} `engine_unavailable` with the fix, if the engine is not there or does not answer.
   */
  open(context: PluginContext, first?: ImageDigest): Promise<Environment>;
}

/** A kind of tracker that config can choose. */
export interface TrackerPlugin<Config> {
  readonly kind: "tracker";
  /** As `trackers[].use` names it, and as ids of its runs begin: `<name>:<id>`. */
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** Checks the section of the config, less `use`; holds no secret. */
  readonly config: z.ZodType<Config>;
  /** Absent: none. */
  readonly variables?: readonly PluginVariable[];
  /**
   * Options by which the runs of the contract's clauses, of the project `conformance`, are listed, and apart from the
   * user's own.
   *
   * @param group What {@link Tracker.group} says by `options`.
   */
  contractOptions?(options: JsonObject, group: string | undefined): JsonObject;
  /** Asks nothing of the network: a tracker that is down is told by its calls. */
  open(config: Config, context: PluginContext): Promise<Tracker>;
}

/** A tracker plugin of any config. */
export interface RegisteredTracker {
  readonly kind: "tracker";
  readonly name: string;
  readonly summary: string;
  readonly config: z.ZodType;
  /** Absent: none. */
  readonly variables?: readonly PluginVariable[];
  /** As {@link TrackerPlugin.contractOptions}. */
  contractOptions?(options: JsonObject, group: string | undefined): JsonObject;
  /** @throws {z.ZodError} if `raw` does not fit {@link RegisteredTracker.config}. */
  open(raw: unknown, context: PluginContext): Promise<Tracker>;
}

/** Closes over Config, so that a registry can hold plugins of any config without `any`. */
export function defineTracker<Config>(plugin: TrackerPlugin<Config>): RegisteredTracker {
  return { ...plugin, open: (raw, context) => plugin.open(plugin.config.parse(raw), context) };
}

/** A storage plugin of any config. */
export interface RegisteredStorage {
  readonly kind: "storage";
  readonly name: string;
  readonly summary: string;
  readonly config: z.ZodType;
  /** Absent: none. */
  readonly variables?: readonly PluginVariable[];
  /** @throws {z.ZodError} if `raw` does not fit {@link RegisteredStorage.config}. */
  open(raw: unknown, context: PluginContext): Promise<Storage>;
}

/** Closes over Config, so that a registry can hold plugins of any config without `any`. */
export function defineStorage<Config>(plugin: StoragePlugin<Config>): RegisteredStorage {
  return { ...plugin, open: (raw, context) => plugin.open(plugin.config.parse(raw), context) };
}

/** All plugins of a program. */
export interface Registry {
  readonly dataSources: readonly DataSourcePlugin[];
  readonly storages: readonly RegisteredStorage[];
  readonly environments: readonly EnvironmentPlugin[];
  readonly services: readonly RegisteredService[];
  readonly trackers: readonly RegisteredTracker[];
  readonly programApis: readonly ProgramApiPlugin[];
}

/**
 * Makes a registry.
 *
 * @throws {TypeError} if two plugins of one kind share a name.
 */
export function defineRegistry(registry: Registry): Registry {
  for (const plugins of Object.values(registry) as (readonly { readonly name: string }[])[]) {
    const names = plugins.map((plugin) => plugin.name);
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice !== undefined) throw new TypeError(`Two plugins are named ${twice}`);
  }
  return registry;
}
