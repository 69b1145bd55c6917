import { experimentVersionId, stageKeyId } from "../format/experiment_version_format.ts";
import type { Digest } from "../model/digest.ts";
import type {
  CodeIdentity,
  ContainerIdentity,
  ExperimentVersion,
  HostIdentity,
  InputIdentity,
  StageKey,
} from "../model/experiment_version.ts";
import type { Params } from "../model/params.ts";
import { interpolateCommand } from "./interpolate.ts";
import { CONTAINER_LAYOUT, directoriesOf } from "./run_contract.ts";

/** All that decides what a stage would run. */
export interface StagePlanInput {
  readonly project: string;
  readonly stage: string;
  /** As the config writes it. */
  readonly command: string | readonly string[];
  readonly outputs: readonly string[];
  /** JSON file of numbers that the program writes. */
  readonly metrics?: string;
  readonly code: CodeIdentity;
  /** Object ids of the paths that the stage declares as its code; `.` is the whole tree. */
  readonly codeIds: Readonly<Record<string, string>>;
  readonly environment: ContainerIdentity | HostIdentity;
  readonly inputs: Readonly<Record<string, InputIdentity>>;
  readonly params: Params;
}

/** What a stage would run, and the names of that. */
export interface StagePlan {
  readonly version: ExperimentVersion;
  /** Id of the version. */
  readonly id: Digest;
  /** What the result cache is asked for. */
  readonly key: Digest;
}

/**
 * Names what a stage would run. Equal inputs give equal ids.
 *
 * @throws {UserError} `command_invalid`.
 */
export function planStage(input: StagePlanInput): StagePlan {
  const command = interpolateCommand(input.command, {
    params: input.params,
    inputs: directoriesOf(CONTAINER_LAYOUT.inputs, Object.keys(input.inputs)),
    outputs: directoriesOf(CONTAINER_LAYOUT.outputs, input.outputs),
  }, `stages.${input.stage}.command`);
  const version: ExperimentVersion = {
    schema: "aero/experiment-version@1",
    project: input.project,
    stage: input.stage,
    code: input.code,
    environment: input.environment,
    inputs: input.inputs,
    params: input.params,
    command,
  };
  const key: StageKey = {
    schema: "aero/stage-key@1",
    project: input.project,
    stage: input.stage,
    code: input.codeIds,
    ...(input.code.directory === undefined ? {} : { directory: input.code.directory }),
    environment: input.environment,
    inputs: input.inputs,
    params: input.params,
    command,
    outputs: input.outputs,
    ...(input.metrics === undefined ? {} : { metrics: input.metrics }),
  };
  return { version, id: experimentVersionId(version), key: stageKeyId(key) };
}
