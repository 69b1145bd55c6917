import { PROJECT_FILE } from "../config/find_project.ts";
import { CorruptionError, UserError } from "../errors.ts";
import type { ExperimentVersion } from "../model/experiment_version.ts";
import type { Params } from "../model/params.ts";
import type { ImportedRun, InputRecord, RunRecord } from "../model/run.ts";
import type { RunId } from "../model/run_id.ts";
import { openSourcePacks } from "../source/pack.ts";
import type { ObjectReader } from "../source/object_reader.ts";
import { objectIdsIn, readFileIn } from "../source/tree_lookup.ts";
import type { StageConfig } from "../config/project_config.ts";
import { openRecorded } from "./recorded_environment.ts";
import { planStage } from "./plan.ts";
import { codePaths, identitiesOf } from "./configured_stage.ts";
import type { Project } from "./project.ts";
import type { RunObserver } from "./run_services.ts";
import { runStage } from "./stage_runner.ts";

/** What a rerun changes; nothing by default. */
export interface RerunChanges {
  /** The params to run with, if not those of the run. */
  readonly params?: Params;
  /** Inputs that read something else, by the stage's name for them. */
  readonly inputs?: Readonly<Record<string, InputRecord>>;
}

/** A run as it is stored, with what is needed to run it again. */
export interface StoredRun {
  readonly record: RunRecord;
  readonly version: ExperimentVersion;
  readonly code: ObjectReader;
  readonly stage: StageConfig;
}

/**
 * Gets all of a run that running it again needs, from storage alone.
 *
 * @throws {UserError} `run_unknown`, `run_imported`; {CorruptionError} if what is stored is damaged.
 */
export async function loadStoredRun(project: Project, record: RunRecord): Promise<StoredRun> {
  if (record.imported !== undefined) throw notKept(record.run, record.imported);
  const { store, archive } = project.services;
  const version = await archive.getVersion(record.version);
  const packs = await Promise.all(record.source.packs.map((pack) => store.getBytes(pack)));
  const code = openSourcePacks(packs);
  const { tree, directory, commit } = version.code;
  if ((await code.readCommit(commit)).tree !== tree) {
    throw new CorruptionError("version_corrupt", {
      what: `Cannot run ${record.run} again`,
      why: `its version names a tree that is not the one of its commit ${commit.slice(0, 10)}`,
      fix: ["`aero storage fsck`"],
    });
  }
  const path = directory === undefined ? PROJECT_FILE : `${directory}/${PROJECT_FILE}`;
  const bytes = await readFileIn(code, tree, path);
  const config = await project.configFrom(
    new TextDecoder().decode(bytes),
    `${PROJECT_FILE} of ${commit.slice(0, 10)}`,
  );
  const stage = config.stages[version.stage];
  if (stage === undefined) {
    throw new UserError("stage_unknown", {
      what: `Cannot run ${record.run} again`,
      why: `${PROJECT_FILE} of its commit has no stage "${version.stage}"`,
    });
  }
  return { record, version, code, stage };
}

function notKept(run: RunId, { tracker, id }: ImportedRun): UserError {
  return new UserError("run_imported", {
    what: `Cannot use the code of run ${run}`,
    why: `it was imported from ${tracker}:${id}: what ran there was not kept`,
    fix: ["run the code with aero: `aero run`"],
  });
}

/**
 * Runs a stored run again: same commit, image, inputs, params and command unless `changes` says otherwise, in a new
 * run that is linked to it.
 */
export async function rerun(
  project: Project,
  stored: StoredRun,
  changes: RerunChanges,
  options: {
    readonly observer: RunObserver;
    readonly signal: AbortSignal;
    readonly tags: readonly string[];
    readonly note?: string;
    readonly group?: string;
  },
): Promise<RunRecord> {
  const { record, version, code, stage } = stored;
  const inputs = { ...record.inputs, ...changes.inputs };
  const plan = planStage({
    project: version.project,
    stage: version.stage,
    command: stage.command,
    outputs: stage.outputs,
    ...(stage.metrics === undefined ? {} : { metrics: stage.metrics }),
    code: version.code,
    codeIds: await objectIdsIn(code, version.code.tree, codePaths(stage, version.code)),
    environment: version.environment,
    inputs: identitiesOf(inputs),
    params: changes.params ?? version.params,
  });
  const { environment, image } = await openRecorded(project, record, version, options);
  return await runStage({
    plan,
    command: stage.command,
    outputs: stage.outputs,
    ...(stage.metrics === undefined ? {} : { metrics: stage.metrics }),
    codeWritable: stage.codeAccess === "copy",
    inputs,
    source: record.source,
    ...(image === undefined ? {} : { image }),
    grade: record.grade,
    group: options.group ?? project.services.newRunId(),
    parent: { kind: plan.id === record.version ? "rerun-of" : "variant-of", run: record.run },
    tags: options.tags,
    ...(options.note === undefined ? {} : { note: options.note }),
    limits: record.limits,
    loggingApis: stage.environment.loggingApis,
    secrets: project.secrets(record.secrets),
  }, {
    services: project.services,
    environment,
    code,
    hostVariables: project.hostVariables,
    observer: options.observer,
    signal: options.signal,
  });
}
