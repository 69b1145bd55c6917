import { textRedactor } from "../config/redact.ts";
import { revealed } from "../config/secret.ts";
import { AeroError, isAbort } from "../errors.ts";
import { summaryOfJournal } from "../history/run_summary.ts";
import { shortDigest } from "../model/digest.ts";
import type { JournalEvent } from "../model/journal.ts";
import type { EndState, InputRecord, ProgramExit, RunRecord, RunStart } from "../model/run.ts";
import type { RunId } from "../model/run_id.ts";
import type { Environment } from "../plugin/environment.ts";
import { checkoutTree } from "../source/checkout.ts";
import type { ObjectReader } from "../source/object_reader.ts";
import { namingFullDisk } from "./full_disk.ts";
import { Heartbeat } from "./heartbeat.ts";
import { materializeInputs, releaseInputs } from "./inputs.ts";
import { StopAsked, tellInterruption, watchInterruption } from "./interruption.ts";
import { JournalWriter } from "./journal_writer.ts";
import { readMetricsFile } from "./metrics_file.ts";
import { MetricsFollower } from "./metrics_follower.ts";
import { collectOutputs, labelFurther, labelOutput } from "./outputs.ts";
import { claimLoggedFiles } from "./logged_files.ts";
import { watchForLostLogs } from "./lost_logs.ts";
import { runProgram } from "./program.ts";
import type { ServedApis } from "./program_apis.ts";
import { JournalSink } from "./program_log.ts";
import { pinRun } from "../store/run_pins.ts";
import { publishRun } from "./publish.ts";
import { withRedactedNames } from "./reported_metrics.ts";
import type { RunDirectory } from "./run_directory.ts";
import type { RunObserver, RunServices } from "./run_services.ts";
import { serveStageApis } from "./stage_apis.ts";
import type { StageJob } from "./stage_job.ts";

/** What running a stage needs beside the job. */
export interface StageRunOptions {
  readonly services: RunServices;
  readonly environment: Environment;
  /** Has the commit of the job. */
  readonly code: ObjectReader;
  readonly observer: RunObserver;
  /** The variables of the user that programs on the host see, beside those of the config. */
  readonly hostVariables: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

interface Ending {
  readonly state: EndState;
  readonly exit?: ProgramExit;
  readonly reason?: string;
}

/**
 * Runs one stage and records it, whatever its end.
 *
 * A program that fails gives a record with state `failed`, and one that was asked to stop at a tracker one with state
 * `aborted`. When aero itself cannot go on, the run is recorded as
 * `failed`, or as `aborted` if `signal` aborted, and the error is thrown again.
 *
 * @throws {AeroError} as the parts throw; an abort's own reason.
 */
export async function runStage(job: StageJob, options: StageRunOptions): Promise<RunRecord> {
  try {
    return await runAndRecord(job, options);
  } catch (error) {
    throw namingFullDisk(error, options.services.state.path);
  }
}

async function runAndRecord(job: StageJob, options: StageRunOptions): Promise<RunRecord> {
  const { services } = options;
  const run = services.newRunId();
  const directory = services.state.run(run);
  const start = await startOf(job, run, options);
  using heartbeat = Heartbeat.begin(directory.heartbeat);
  directory.create(job.outputs);
  const pinned = pinRun(services.store, start);
  // A failure is told when it is waited for; before that it must not end the process, and the run with it.
  pinned.catch(() => {});
  const stopping = new AbortController();
  using _mirror = services.mirrors?.begin(run, directory, {
    onUrl: (tracker, url) => options.observer.note(`${tracker}: ${url}`),
    onStopAsked: (tracker) => {
      if (stopping.signal.aborted) return;
      options.observer.note(
        `${tracker}: ${start.stage} ${run} was asked to stop; its program is asked to end`,
      );
      stopping.abort(new StopAsked(tracker));
    },
  });
  const signal = AbortSignal.any([options.signal, stopping.signal]);
  let failure: unknown;
  using _watch = watchInterruption(options.observer, options.signal);
  try {
    failure = await journalled(job, { run, directory }, start, { ...options, signal });
  } finally {
    await directory.removeWork();
  }
  await pinned;
  options.observer.waiting("Recording the run");
  const record = await publishRun(run, services);
  options.observer.done();
  heartbeat.finish();
  tellInterruption(failure, record, options.observer);
  if (failure !== undefined && !(failure instanceof StopAsked)) throw failure;
  return record;
}

/** Runs and writes the journal from `created` to `ended`; gives what is to be thrown when the run is recorded. */
async function journalled(
  job: StageJob,
  place: { readonly run: RunId; readonly directory: RunDirectory },
  start: RunStart,
  options: StageRunOptions,
): Promise<unknown> {
  const { services, observer } = options;
  using journal = new JournalWriter(place.directory.journal);
  const created: JournalEvent = { event: "created", at: start.startedAt, start, version: job.plan.version };
  journal.append(created);
  services.index.upsert(summaryOfJournal([created]));
  observer.started(start.stage, place.run, Object.values(job.inputs).map(inputText));
  let failure: unknown;
  let ending: Ending;
  try {
    ending = await execute(job, { ...place, journal }, options);
  } catch (error) {
    failure = namingFullDisk(error, services.state.path);
    ending = endingOf(failure);
  }
  const ended: JournalEvent = { event: "ended", at: services.now(), ...withoutSecrets(ending, job) };
  try {
    journal.append(ended);
  } catch {
    // What the program left may be what fills the disk.
    await place.directory.removeWork();
    journal.append(ended);
  }
  return failure;
}

function inputText({ artifact, label, manifest }: InputRecord): string {
  return `${artifact}:${label ?? shortDigest(manifest.digest)}`;
}

async function startOf(job: StageJob, run: RunId, options: StageRunOptions): Promise<RunStart> {
  const { environment, services } = options;
  const host = await services.describeHost();
  return {
    run,
    project: job.plan.version.project,
    stage: job.plan.version.stage,
    version: job.plan.id,
    stageKey: job.plan.key,
    group: job.group,
    grade: job.grade,
    ...(job.parent === undefined ? {} : { parent: job.parent }),
    tags: job.tags,
    ...(job.note === undefined ? {} : { note: job.note }),
    startedAt: services.now(),
    source: job.source,
    ...(job.image === undefined ? {} : { image: job.image }),
    inputs: job.inputs,
    host: environment.kind === "container" ? { ...host, engine: environment.engine } : host,
    limits: job.limits,
    secrets: Object.keys(job.secrets).sort(),
    aero: services.aero,
  };
}

function endingOf(error: unknown): Ending {
  if (error instanceof StopAsked) return { state: "aborted", reason: error.message };
  if (isAbort(error)) return { state: "aborted" };
  return { state: "failed", reason: error instanceof AeroError ? error.message : `aero failed: ${error}` };
}

function withoutSecrets(ending: Ending, job: StageJob): Ending {
  return ending.reason === undefined ? ending : { ...ending, reason: redactorOf(job)(ending.reason) };
}

/** Takes the secrets of a job, and of the APIs that its program is served, out of a text. */
function redactorOf({ secrets }: StageJob, served?: ServedApis): (text: string) => string {
  return textRedactor({ ...revealed(secrets), ...served?.secrets });
}

/** A run that is under way. */
interface Running {
  readonly run: RunId;
  readonly directory: RunDirectory;
  readonly journal: JournalWriter;
}

async function execute(job: StageJob, running: Running, options: StageRunOptions): Promise<Ending> {
  const { services, signal } = options;
  const { directory } = running;
  const { commit, tree } = job.plan.version.code;
  const { committedAt } = await options.code.readCommit(commit);
  await checkoutTree(options.code, tree, directory.code, { signal, modifiedAt: committedAt });
  let exit: ProgramExit;
  try {
    const inputs = await materializeInputs(job.inputs, services, {
      signal,
      elsewhere: directory.trees,
      onProgress: (name, bytes) => options.observer.waiting(`Getting ${name}`, bytes),
    });
    options.observer.done();
    exit = await followed(job, running, inputs, options);
  } finally {
    releaseInputs(job.inputs, services);
  }
  // What it made is kept here if the storage does not take it, whatever its reason.
  services.store.outbox?.keepAll();
  if (exit.how !== "exited" || exit.code !== 0) return { state: "failed", exit };
  try {
    await keepResults(job, running, options);
    return { state: "succeeded", exit };
  } catch (error) {
    // What the program left cannot be kept: its own fault, and the record says so.
    if (error instanceof AeroError && error.kind === "user") {
      return { state: "failed", exit, reason: error.message };
    }
    throw error;
  }
}

async function followed(
  job: StageJob,
  running: Running,
  inputs: Readonly<Record<string, string>>,
  options: StageRunOptions,
): Promise<ProgramExit> {
  const { services, observer } = options;
  let redact = redactorOf(job);
  const follower = new MetricsFollower(running.directory.metrics, {
    points: (reported, position) => {
      const points = withRedactedNames(reported, redact);
      running.journal.append({ event: "metrics", at: services.now(), points, ...position });
    },
    fault: (line, why) => observer.warn(`line ${line} of metrics.jsonl is left out: ${redact(why)}`),
  }, services.now);
  const warn = (text: string) => observer.warn(text);
  const sink = new JournalSink(running.journal, (text) => redact(text), { now: services.now, warn });
  const { served, withheld } = await serveStageApis(job, running, services, { sink, warn });
  redact = redactorOf(job, served);
  const tellLostLogs = watchForLostLogs(withheld, workingDirectory(job, running.directory));
  follower.start();
  try {
    return await runProgram(job, { ...running, inputs, now: services.now }, options, served);
  } finally {
    try {
      await served?.close();
    } finally {
      follower.finish();
    }
    tellLostLogs(warn);
  }
}

/** Where a stage's program works, as the host has it. */
function workingDirectory({ plan }: StageJob, { code }: RunDirectory): string {
  const { directory } = plan.version.code;
  return directory === undefined ? code : `${code}/${directory}`;
}

async function keepResults(job: StageJob, running: Running, options: StageRunOptions): Promise<void> {
  const { services } = options;
  const { run, directory, journal } = running;
  if (job.metrics !== undefined) {
    const point = await readMetricsFile(workingDirectory(job, directory), job.metrics, services.now());
    const points = withRedactedNames([point], redactorOf(job));
    journal.append({ event: "metrics", at: services.now(), points });
  }
  // All outputs are stored before the first gets its label.
  const logged = claimLoggedFiles(directory, job.plan.version.stage, job.outputs);
  const collected = await collectOutputs(job.outputs, directory, services, options, logged);
  const maker = { project: job.plan.version.project, run };
  for (const output of collected) {
    const kept = job.outputs.includes(output.name)
      ? await labelOutput(output, maker, services)
      : await labelFurther(output, maker, services, options.observer);
    journal.append({ event: "output", at: services.now(), name: output.name, output: kept });
  }
}
