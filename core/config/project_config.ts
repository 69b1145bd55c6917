import type { NetworkMode } from "../model/experiment_version.ts";
import type { JsonObject } from "../model/json.ts";
import type { Params } from "../model/params.ts";
import type { Limits } from "../model/run.ts";
import type { Tolerance } from "../model/tolerance.ts";

/** A project as its `aero.yaml` says it is; every default is filled in. */
export interface ProjectConfig {
  readonly project: string;
  readonly storage: PluginSection;
  readonly trackers: readonly TrackerSection[];
  /** What holds for stages that say nothing of their own. */
  readonly environment: EnvironmentConfig;
  readonly params: Params;
  /** By name, in the order of the file. May be empty. */
  readonly stages: Readonly<Record<string, StageConfig>>;
}

/** Which plugin, and what it is told; checked by the plugin's own schema. */
export interface PluginSection {
  readonly use: string;
  /** Everything but `use`, keys as the file has them. */
  readonly options: JsonObject;
}

/** A tracker that mirrors runs. */
export interface TrackerSection extends PluginSection {
  /** As ids of its runs begin, `<name>:<id>`; the kind of tracker unless the config gives another. Unique. */
  readonly name: string;
}

/** Where a stage runs. At most one of `image` and `build` is present. */
export interface EnvironmentConfig {
  /** Name of an environment plugin, or `auto`. */
  readonly use: string;
  /** Base image. */
  readonly image?: string;
  /** A Dockerfile; both paths from the project's root. */
  readonly build?: { readonly dockerfile: string; readonly context: string };
  readonly systemPackages: readonly string[];
  /** Path from the project's root. */
  readonly pythonLock?: string;
  readonly network: NetworkMode;
  readonly env: Readonly<Record<string, string>>;
  /** Names of variables; each once. */
  readonly secrets: readonly string[];
  readonly runArgs: readonly string[];
  readonly limits: Limits;
  /**
   * Names of the APIs that programs are served to log to, each once; absent if what the image holds decides.
   *
   * Part of neither version nor stage key: like the id of a run it says how a run is observed, and what its program
   * computes is the same. No record has it either; who has a run again reads it, as the outputs, in its commit.
   */
  readonly loggingApis?: readonly string[];
}

/** One stage. */
export interface StageConfig {
  /** A line, or a program and its arguments. */
  readonly command: string | readonly string[];
  /** Input name to artifact, as the file has it: `name`, `name:v3`, `name@alias`. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Names of artifacts; each once. */
  readonly outputs: readonly string[];
  /** JSON file of numbers that the program writes, from its working directory. */
  readonly metrics?: string;
  /** Paths that the result depends on, from the project's root; never empty; `.` is all of it. */
  readonly code: readonly string[];
  /** Names of the params that the stage reads; absent if it may read all. */
  readonly params?: readonly string[];
  /** How far a metric may be off in a rerun. */
  readonly tolerance: Readonly<Record<string, Tolerance>>;
  /** That of the project with what the stage changes. */
  readonly environment: EnvironmentConfig;
  /** Whether the program may change its copy of the code. */
  readonly codeAccess: "copy" | "read-only";
}
