import { UserError } from "../errors.ts";
import type { JsonValue } from "../model/json.ts";
import { nearest } from "../model/nearest.ts";
import type { Registry } from "../plugin/registry.ts";
import type { Directories } from "./directories.ts";
import type { Environment } from "./env.ts";
import { type Fault, faultsOf } from "./faults.ts";
import { fileLayer, flagLayer, type FlagValues, type Layer, variableLayer } from "./layers.ts";
import type { ConfigOrigin, ConfigValue } from "./origin.ts";
import type { PluginSection, ProjectConfig } from "./project_config.ts";
import { configInvalid, readProjectFile, toProjectConfig } from "./project_file.ts";
import { denied, isAbsence, PROJECT_FILE } from "./find_project.ts";
import { flatten, type Resolved, resolveLayers, type Settings } from "./resolve_config.ts";
import { type EnvironmentFile, type ProjectFile, USER_SCHEMA, type UserFile } from "./schema.ts";
import { trackerFaults } from "./tracker_sections.ts";
import { TRACKERS_VARIABLE, trackersOfVariable } from "./tracker_variable.ts";
import { readYaml, type YamlText } from "./yaml_text.ts";

/** What a config is made from besides the project's file. */
export interface ConfigSources {
  readonly registry: Registry;
  readonly environment: Environment;
  readonly directories: Directories;
  readonly flags?: FlagValues;
}

/** A config, and where each value in it came from. */
export interface LoadedConfig {
  readonly project: ProjectConfig;
  readonly settings: Settings;
  /** Sorted by nothing: in the order of the file, machine settings last. */
  readonly values: readonly ConfigValue[];
}

/**
 * Loads the config of the project whose root is `root`.
 *
 * @throws {UserError} `config_unreadable`, `config_invalid`; {OutsideError} `config_denied`.
 */
export async function loadProject(root: string, sources: ConfigSources): Promise<LoadedConfig> {
  const text = await readConfigText(`${root}/${PROJECT_FILE}`);
  if (text === undefined) {
    throw new UserError("project_not_found", { what: `Cannot find ${root}/${PROJECT_FILE}` });
  }
  return await loadProjectFrom(text, sources);
}

/**
 * Loads a config from the text of an `aero.yaml`.
 *
 * @param file Names the text in messages.
 * @param options.ofCommit For a text that was committed once: the storage that is open. Those of the text, and its
 *   trackers, are then not looked at: they may be gone or called otherwise on this machine, and where runs are kept and
 *   shown says nothing of what they are.
 * @throws {UserError} `config_unreadable`, `config_invalid`; {OutsideError} `config_denied` for the user's own file.
 */
export async function loadProjectFrom(
  text: string,
  sources: ConfigSources,
  file: string = PROJECT_FILE,
  { ofCommit }: { readonly ofCommit?: { readonly storage: PluginSection } } = {},
): Promise<LoadedConfig> {
  const { raw: written, yaml } = readProjectFile(text, file);
  const { storage: _storage, trackers: _trackers, ...lasting } = written;
  const raw: ProjectFile = ofCommit === undefined ? written : lasting;
  checkPluginNames(raw, yaml, file, sources.registry);
  const origin: ConfigOrigin = { kind: "project", file };
  const open: Layer[] = ofCommit === undefined ? [] : [{ originOf: () => origin, storage: ofCommit.storage }];
  const resolved = resolveLayers(
    [...open, ...await layersOf(sources, fileLayer(raw, origin))],
    sources.registry,
    sources.directories,
  );
  return {
    project: toProjectConfig(raw, resolved),
    settings: resolved.settings,
    values: allValues(raw, resolved, origin),
  };
}

/**
 * What holds where there is no project: the machine's settings, and the storage that the user chose.
 *
 * @throws {UserError} `config_unreadable`, `config_invalid`; {OutsideError} `config_denied`.
 */
export async function loadSettings(sources: ConfigSources): Promise<Resolved> {
  return resolveLayers(await layersOf(sources), sources.registry, sources.directories);
}

async function layersOf(sources: ConfigSources, project?: Layer): Promise<Layer[]> {
  const files = [...(project === undefined ? [] : [project]), await userLayer(sources)];
  const said = sources.environment.get(TRACKERS_VARIABLE);
  const configured = files.flatMap(({ trackers }) => trackers ?? []);
  return [
    flagLayer(sources.flags ?? {}),
    {
      ...variableLayer(sources.environment),
      ...(said === undefined ? {} : { trackers: trackersOfVariable(said, configured, sources.registry) }),
    },
    ...files,
  ];
}

async function userLayer({ directories, registry }: ConfigSources): Promise<Layer> {
  const file = `${directories.config}/config.yaml`;
  const text = await readConfigText(file);
  const origin: ConfigOrigin = { kind: "user", file };
  if (text === undefined) return { originOf: () => origin };
  const yaml = readYaml(text, file);
  // An empty file, or one of comments, says nothing.
  const read = USER_SCHEMA.safeParse(yaml.value ?? {});
  if (!read.success) throw configInvalid(file, faultsOf(read.error, USER_SCHEMA), yaml);
  const faults = trackerFaults(read.data.trackers ?? [], registry);
  if (faults.length > 0) throw configInvalid(file, faults, yaml);
  return fileLayer(read.data satisfies UserFile, origin);
}

/** Names of plugins in the file itself, so that a fault carries its place. */
function checkPluginNames(raw: ProjectFile, yaml: YamlText, file: string, registry: Registry): void {
  const faults: Fault[] = trackerFaults(raw.trackers ?? [], registry);
  const environments = ["auto", ...registry.environments.map((plugin) => plugin.name)];
  const check = (name: string | undefined, known: readonly string[], path: Fault["path"]) => {
    if (name === undefined || known.includes(name)) return;
    const near = nearest(name, known);
    const hint = near === undefined ? `it can be ${known.join(", ")}` : `did you mean "${near}"?`;
    faults.push({ path, message: `there is no ${JSON.stringify(name)}; ${hint}` });
  };
  check(raw.storage?.use, registry.storages.map((plugin) => plugin.name), ["storage", "use"]);
  const checkEnvironment = (environment: EnvironmentFile | undefined, path: Fault["path"]) => {
    check(environment?.use, environments, [...path, "use"]);
    for (const [i, name] of (environment?.logging_apis ?? []).entries()) {
      check(name, registry.programApis.map((plugin) => plugin.name), [...path, "logging_apis", i]);
    }
  };
  checkEnvironment(raw.environment, ["environment"]);
  for (const [name, stage] of Object.entries(raw.stages ?? {})) {
    checkEnvironment(stage.environment, ["stages", name, "environment"]);
  }
  if (faults.length > 0) throw configInvalid(file, faults, yaml);
}

function allValues(raw: ProjectFile, resolved: Resolved, origin: ConfigOrigin): ConfigValue[] {
  const { storage: _storage, trackers: _trackers, ...rest } = raw;
  const own = flatten(rest as JsonValue, "").filter(({ key }) => key !== "environment.use")
    .map((value) => ({ ...value, origin }));
  const [project, ...others] = own;
  return [
    ...(project === undefined ? [] : [project]),
    ...resolved.values.slice(0, -3),
    ...others,
    ...resolved.values.slice(-3),
  ];
}

async function readConfigText(path: string): Promise<string | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await Deno.readFile(path);
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw denied(path, error);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new UserError("config_unreadable", { what: `Cannot read ${path}`, why: "it is not UTF-8 text" }, {
      cause: error,
    });
  }
}
