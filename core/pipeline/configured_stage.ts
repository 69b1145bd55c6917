import type { StageConfig } from "../config/project_config.ts";
import type {
  CodeIdentity,
  ContainerIdentity,
  HostIdentity,
  InputIdentity,
} from "../model/experiment_version.ts";
import type { Params } from "../model/params.ts";
import type { InputRecord, RunRecord } from "../model/run.ts";
import type { ObjectReader } from "../source/object_reader.ts";
import { objectIdsIn } from "../source/tree_lookup.ts";
import { planStage, type StagePlan } from "./plan.ts";
import type { RunServices } from "./run_services.ts";

/** A stage of a config, with what its names stand for. */
export interface ConfiguredStage {
  readonly project: string;
  readonly name: string;
  readonly stage: StageConfig;
  readonly code: CodeIdentity;
  /** Has the commit of `code`. */
  readonly objects: ObjectReader;
  /** Those of the project; the stage gets what it may read of them. */
  readonly params: Params;
  readonly environment: ContainerIdentity | HostIdentity;
  /** By the stage's own name for each. */
  readonly inputs: Readonly<Record<string, InputRecord>>;
}

/**
 * Names what a stage of a config would run.
 *
 * @throws {UserError} `command_invalid`, `path_not_in_commit`.
 */
export async function planConfigured(configured: ConfiguredStage): Promise<StagePlan> {
  const { project, name, stage, code, objects, params, environment, inputs } = configured;
  return planStage({
    project,
    stage: name,
    command: stage.command,
    outputs: stage.outputs,
    ...(stage.metrics === undefined ? {} : { metrics: stage.metrics }),
    code,
    codeIds: await objectIdsIn(objects, code.tree, codePaths(stage, code), `stages.${name}.code`),
    environment,
    inputs: identitiesOf(inputs),
    params: paramsOf(stage, params),
  });
}

/**
 * The record of an earlier run that did what the plan says, and succeeded; `undefined` if none is known.
 *
 * @param draft Whether code that was never committed may have given the result: a draft does not stand for a run.
 */
export async function earlierResult(
  plan: StagePlan,
  { results, archive }: Pick<RunServices, "results" | "archive">,
  draft: boolean,
): Promise<RunRecord | undefined> {
  const result = await results.get(plan.key);
  if (result === undefined) return undefined;
  const record = await archive.knownRecord(plan.version.project, result.run);
  if (record?.state !== "succeeded") return undefined;
  return record.grade === "draft" && !draft ? undefined : record;
}

/** The paths in the repository that a stage declares as its code; `.` if it declares none. */
export function codePaths(stage: Pick<StageConfig, "code">, code: CodeIdentity): string[] {
  const { directory } = code;
  if (stage.code.includes(".")) return ["."];
  return stage.code.map((path) => directory === undefined ? path : `${directory}/${path}`);
}

/** What a version says of inputs. */
export function identitiesOf(inputs: Readonly<Record<string, InputRecord>>): Record<string, InputIdentity> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, input]) => [
      name,
      { artifact: input.artifact, digest: input.manifest.digest },
    ]),
  );
}

/** The params that a stage may read: those it names, or all. */
export function paramsOf(stage: Pick<StageConfig, "params">, params: Params): Params {
  if (stage.params === undefined) return params;
  const wanted = stage.params.map((name) => name.split(".")[0]!);
  return Object.fromEntries(Object.entries(params).filter(([name]) => wanted.includes(name)));
}
