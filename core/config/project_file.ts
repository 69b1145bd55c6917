import { UserError } from "../errors.ts";
import { parseParams } from "../model/params.ts";
import type { Limits } from "../model/run.ts";
import { type Fault, faultsOf, pathText } from "./faults.ts";
import type {
  EnvironmentConfig,
  PluginSection,
  ProjectConfig,
  StageConfig,
  TrackerSection,
} from "./project_config.ts";
import type { Tolerance } from "../model/tolerance.ts";
import { parseSize } from "./quantity.ts";
import { type EnvironmentFile, PROJECT_SCHEMA, type ProjectFile } from "./schema.ts";
import { readYaml, type YamlText } from "./yaml_text.ts";

/**
 * Reads a project file, shape only.
 *
 * @param file Names the source in messages.
 * @throws {UserError} `config_unreadable` if it is not YAML, `config_invalid` naming all that is wrong.
 */
export function readProjectFile(
  text: string,
  file: string,
): { readonly raw: ProjectFile; readonly yaml: YamlText } {
  const yaml = readYaml(text, file);
  const read = PROJECT_SCHEMA.safeParse(yaml.value);
  if (!read.success) throw configInvalid(file, faultsOf(read.error, PROJECT_SCHEMA), yaml);
  return { raw: read.data, yaml };
}

/** The failure for a config with faults: one line each, with the place in the file where that is known. */
export function configInvalid(file: string, faults: readonly Fault[], yaml?: YamlText): UserError {
  const placed = faults.map((fault) => ({ fault, at: yaml?.placeOf(fault.path) ?? { line: 0, column: 0 } }));
  placed.sort((a, b) => a.at.line - b.at.line || a.at.column - b.at.column);
  const lines = placed.map(({ fault, at }) =>
    [
      ...(at.line > 0 ? [`line ${at.line}, column ${at.column}`] : []),
      ...(fault.path.length > 0 ? [pathText(fault.path)] : []),
      fault.message,
    ].join(": ")
  );
  return new UserError("config_invalid", {
    what: `Cannot use ${file}`,
    why: lines.length === 1 ? lines[0]! : `${lines.length} things are wrong\n${lines.join("\n")}`,
  });
}

/** Gives a project file its defaults. `storage` and `use` come from more than the file, so they are handed in. */
export function toProjectConfig(
  raw: ProjectFile,
  resolved: {
    readonly storage: PluginSection;
    readonly trackers: readonly TrackerSection[];
    readonly environmentUse: string;
    readonly overridesStages: boolean;
  },
): ProjectConfig {
  const base = toEnvironment({ ...raw.environment, use: resolved.environmentUse }, undefined);
  const stages = Object.entries(raw.stages ?? {}).map(([name, stage]): [string, StageConfig] => {
    const own = { ...stage.environment };
    if (resolved.overridesStages) delete own.use;
    return [name, {
      command: stage.command,
      inputs: stage.inputs ?? {},
      outputs: stage.outputs ?? [],
      ...(stage.metrics === undefined ? {} : { metrics: barePath(stage.metrics) }),
      code: (stage.code ?? ["."]).map(barePath),
      ...(stage.params === undefined ? {} : { params: stage.params }),
      tolerance: Object.fromEntries(
        Object.entries(stage.tolerance ?? {}).map(([k, v]) => [k, toTolerance(v)]),
      ),
      environment: stage.environment === undefined ? base : toEnvironment(own, base),
      codeAccess: stage.code_access ?? "copy",
    }];
  });
  return {
    project: raw.project,
    storage: resolved.storage,
    trackers: resolved.trackers,
    environment: base,
    params: parseParams(raw.params ?? {}),
    stages: Object.fromEntries(stages),
  };
}

function toEnvironment(raw: EnvironmentFile, base: EnvironmentConfig | undefined): EnvironmentConfig {
  // A stage that names an image does not want the project's Dockerfile as well, and the other way round.
  const own = raw.image !== undefined || raw.build !== undefined;
  const image = raw.image ?? (own ? undefined : base?.image);
  const build = raw.build === undefined
    ? own ? undefined : base?.build
    : { dockerfile: barePath(raw.build.dockerfile), context: barePath(raw.build.context) };
  const pythonLock = raw.python_lock === undefined ? base?.pythonLock : barePath(raw.python_lock);
  const loggingApis = raw.logging_apis ?? base?.loggingApis;
  return {
    use: raw.use ?? base?.use ?? "auto",
    ...(image === undefined ? {} : { image }),
    ...(build === undefined ? {} : { build }),
    systemPackages: raw.system_packages ?? base?.systemPackages ?? [],
    ...(pythonLock === undefined ? {} : { pythonLock }),
    network: raw.network ?? base?.network ?? "none",
    env: { ...base?.env, ...raw.env },
    secrets: raw.secrets ?? base?.secrets ?? [],
    runArgs: raw.run_args ?? base?.runArgs ?? [],
    limits: { ...base?.limits, ...toLimits(raw.limits ?? {}) },
    ...(loggingApis === undefined ? {} : { loggingApis }),
  };
}

function toLimits(raw: NonNullable<EnvironmentFile["limits"]>): Limits {
  const memoryBytes = typeof raw.memory === "string" ? parseSize(raw.memory) : raw.memory;
  return {
    ...(raw.cpus === undefined ? {} : { cpus: raw.cpus }),
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
    ...(raw.gpus === undefined ? {} : { gpus: String(raw.gpus) }),
  };
}

function toTolerance(raw: number | string): Tolerance {
  if (typeof raw === "number") return { kind: "absolute", by: raw };
  return { kind: "relative", by: Number(raw.replace("%", "")) / 100 };
}

/** `./a/b/` → `a/b`; the root is `.`. */
function barePath(path: string): string {
  return path.replace(/^(\.\/)+/, "").replace(/\/+$/, "") || ".";
}
