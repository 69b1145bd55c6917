import { redactor } from "../config/redact.ts";
import { revealed } from "../config/secret.ts";
import { canonicalJson } from "../format/canonical_json.ts";
import type { ProgramExit } from "../model/run.ts";
import type { RunId } from "../model/run_id.ts";
import {
  type ContainerEnvironment,
  type ContainerSpec,
  type Environment,
  type HostEnvironment,
  type Mount,
  type ProgramSpec,
  recordedImage,
  type RunOptions,
} from "../plugin/environment.ts";
import { interpolateCommand } from "./interpolate.ts";
import type { JournalWriter } from "./journal_writer.ts";
import { LogCapture } from "./log_capture.ts";
import type { ServedApis } from "./program_apis.ts";
import { writeProgramFiles } from "./program_files.ts";
import { runRelayed, withApis } from "./relayed_program.ts";
import { CONTAINER_LAYOUT, directoriesOf, type ProgramLayout, programVariables } from "./run_contract.ts";
import type { RunDirectory } from "./run_directory.ts";
import type { StageJob } from "./stage_job.ts";
import type { StageRunOptions } from "./stage_runner.ts";

/** A run whose files are laid out and whose program has not begun. */
export interface ReadyRun {
  readonly run: RunId;
  readonly directory: RunDirectory;
  readonly journal: JournalWriter;
  /** Input name to the absolute path of its directory. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly now: () => number;
}

/**
 * Starts a stage's program in its environment, keeps and shows its streams without secrets, and waits for its end.
 *
 * @throws {EnvironmentError}; an abort's own reason once nothing of the program is left.
 */
export async function runProgram(
  job: StageJob,
  ready: ReadyRun,
  options: StageRunOptions,
  served?: ServedApis,
): Promise<ProgramExit> {
  const { directory, journal } = ready;
  const { environment, hostVariables, observer, signal } = options;
  writeExchange(job, directory);
  const secrets = { ...revealed(job.secrets), ...served?.secrets };
  using stdout = new LogCapture(directory.stdout, redactor(secrets), (bytes) => observer.stdout(bytes));
  using stderr = new LogCapture(directory.stderr, redactor(secrets), (bytes) => observer.stderr(bytes));
  journal.append({ event: "started", at: ready.now() });
  const place: ProgramPlace = {
    environment,
    hostVariables,
    warn: (text) => observer.warn(text),
    ...(served === undefined ? {} : { served }),
  };
  return await startProgram(job, ready, place, {
    signal,
    onStdout: (bytes: Uint8Array) => stdout.write(bytes),
    onStderr: (bytes: Uint8Array) => stderr.write(bytes),
  });
}

/** What starting a program needs of a run. */
export type ProgramJob = Pick<
  StageJob,
  "plan" | "command" | "outputs" | "codeWritable" | "limits" | "secrets"
>;

/** Where a program is started. */
export interface ProgramPlace {
  readonly environment: Environment;
  /** The variables of the user that programs on the host see, beside those of the config. */
  readonly hostVariables: Readonly<Record<string, string>>;
  /** In place of the stage's own command. */
  readonly command?: readonly string[];
  /** APIs that the program may log to. */
  readonly served?: ServedApis;
  /** A sentence on what is otherwise than it should be. */
  readonly warn: (text: string) => void;
}

/**
 * Starts a stage's program, or another in its place, with the files and variables of a run that is laid out.
 *
 * @throws {EnvironmentError}; an abort's own reason once nothing of the program is left.
 */
export async function startProgram(
  job: ProgramJob,
  ready: Pick<ReadyRun, "run" | "directory" | "inputs">,
  place: ProgramPlace,
  streams: RunOptions,
): Promise<ProgramExit> {
  const { environment } = place;
  switch (environment.kind) {
    case "container":
      return await runInContainer(job, ready, environment, streams, place);
    case "host":
      return await runOnHost(job, ready, environment, streams, place);
  }
}

/** Writes what a program is told by files: its params, an empty file for metrics, and aero's own module. */
export function writeExchange(job: Pick<StageJob, "plan">, directory: RunDirectory): void {
  Deno.writeTextFileSync(`${directory.exchange}/params.json`, canonicalJson(job.plan.version.params) + "\n");
  Deno.writeTextFileSync(directory.metrics, "");
  writeProgramFiles(directory.program);
}

function makeMountPoints(directory: RunDirectory, inputs: Readonly<Record<string, string>>): void {
  Deno.mkdirSync(directory.inputs);
  for (const name of Object.keys(inputs)) Deno.mkdirSync(`${directory.inputs}/${name}`);
}

/** What a container sees of a run that is laid out. */
function containerMounts(
  job: Pick<StageJob, "codeWritable">,
  ready: Pick<ReadyRun, "directory" | "inputs">,
): Mount[] {
  const { directory, inputs } = ready;
  const mount = (source: string, target: string, writable: boolean): Mount => ({ source, target, writable });
  return [
    mount(directory.code, CONTAINER_LAYOUT.code, job.codeWritable),
    // Has a directory for each input to be mounted on, and is there also for a stage without inputs.
    mount(directory.inputs, CONTAINER_LAYOUT.inputs, false),
    ...Object.entries(inputs).map(([name, path]) => mount(path, `${CONTAINER_LAYOUT.inputs}/${name}`, false)),
    mount(directory.outputs, CONTAINER_LAYOUT.outputs, true),
    mount(directory.exchange, CONTAINER_LAYOUT.exchange, true),
    mount(`${directory.program}/python`, CONTAINER_LAYOUT.python, false),
    mount(`${directory.program}/bin`, CONTAINER_LAYOUT.bin, false),
  ];
}

async function runInContainer(
  job: ProgramJob,
  ready: Pick<ReadyRun, "run" | "directory" | "inputs">,
  environment: ContainerEnvironment,
  streams: RunOptions,
  { command, served, warn }: ProgramPlace,
): Promise<ProgramExit> {
  const identity = job.plan.version.environment;
  makeMountPoints(ready.directory, ready.inputs);
  if (identity.kind !== "container") throw new TypeError("A host's version cannot run in a container");
  const spec: ContainerSpec = {
    ...programSpec(job, ready, CONTAINER_LAYOUT),
    command: command ?? job.plan.version.command,
    image: recordedImage(identity),
    mounts: containerMounts(job, ready),
    network: identity.network,
    runArgs: identity.runArgs,
    pathPrefix: [CONTAINER_LAYOUT.bin],
  };
  if (served?.relay === undefined) return await environment.run(withApis(spec, served), streams);
  return await runRelayed(environment, { spec, relay: served.relay, served, warn }, streams);
}

async function runOnHost(
  job: ProgramJob,
  ready: Pick<ReadyRun, "run" | "directory" | "inputs">,
  environment: HostEnvironment,
  streams: RunOptions,
  { hostVariables: variables, command: other, served }: ProgramPlace,
): Promise<ProgramExit> {
  const layout = hostLayout(ready.directory);
  linkInputs(layout.inputs, ready.inputs);
  const command = other ?? interpolateCommand(job.command, {
    params: job.plan.version.params,
    inputs: directoriesOf(layout.inputs, Object.keys(ready.inputs)),
    outputs: directoriesOf(layout.outputs, job.outputs),
  }, `stages.${job.plan.version.stage}.command`);
  const spec = programSpec(job, ready, layout);
  const path = `${layout.bin}:${spec.env.PATH ?? variables.PATH ?? "/usr/local/bin:/usr/bin:/bin"}`;
  const env = { ...variables, ...spec.env, PATH: path };
  return await environment.run(withApis({ ...spec, command, env }, served), streams);
}

function programSpec(
  job: ProgramJob,
  ready: Pick<ReadyRun, "run">,
  layout: ProgramLayout,
): Omit<ProgramSpec, "command"> {
  const { version, key } = job.plan;
  const subdirectory = version.code.directory;
  return {
    runId: ready.run,
    env: programVariables(layout, version.environment.env, {
      id: ready.run,
      params: version.params,
      stageKey: key,
    }),
    secrets: revealed(job.secrets),
    workingDirectory: subdirectory === undefined ? layout.code : `${layout.code}/${subdirectory}`,
    limits: job.limits,
  };
}

/** Where a program on the host finds the files of a run. */
function hostLayout(directory: RunDirectory): ProgramLayout {
  return {
    code: directory.code,
    inputs: directory.inputs,
    outputs: directory.outputs,
    exchange: directory.exchange,
    python: `${directory.program}/python`,
    bin: `${directory.program}/bin`,
  };
}

/** Makes a directory in which each input is a link to its files. */
export function linkInputs(root: string, inputs: Readonly<Record<string, string>>): void {
  Deno.mkdirSync(root, { recursive: true });
  for (const [name, path] of Object.entries(inputs)) Deno.symlinkSync(path, `${root}/${name}`);
}
