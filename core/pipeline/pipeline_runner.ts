import type { EnvironmentConfig, ProjectConfig, StageConfig } from "../config/project_config.ts";
import type { Params } from "../model/params.ts";
import type { InputRecord, RecordedGrade, RunRecord, SourceRecord } from "../model/run.ts";
import { earlierResult, planConfigured } from "./configured_stage.ts";
import { buildGraph, selectStages } from "./graph.ts";
import type { EnvironmentSession } from "./environment_session.ts";
import type { PinnedCode } from "./pinned_code.ts";
import type { StagePlan } from "./plan.ts";
import type { Project } from "./project.ts";
import { type MadeOutput, resolveInputs } from "./resolve_inputs.ts";
import type { RunObserver } from "./run_services.ts";

/** What `aero run` was asked to do. */
export interface PipelineRequest {
  readonly code: PinnedCode;
  readonly params: Params;
  /** Stages to run with all that they read from; all if this and `only` are empty. */
  readonly stages: readonly string[];
  /** Texts in the names of the stages to run, and nothing else. */
  readonly only: readonly string[];
  /** Run also what has a result. */
  readonly force: boolean;
  readonly tags: readonly string[];
  readonly note?: string;
}

/** What became of one stage. */
export interface StageOutcome {
  readonly stage: string;
  readonly record: RunRecord;
  /** Whether the record is of an earlier run that did the same. */
  readonly reused: boolean;
}

/** What running a pipeline needs. */
export interface PipelineOptions {
  /** One session for each distinct environment. */
  readonly environment: (config: EnvironmentConfig) => EnvironmentSession;
  readonly observer: RunObserver;
  readonly signal: AbortSignal;
}

/**
 * Runs the stages of a pipeline in order, each as its own tracked run, and ends after the first that does not
 * succeed. A stage whose key has a result is not run again.
 *
 * Gives one outcome a stage as it ends, up to where the pipeline ended.
 *
 * @throws {UserError} for inputs, config and environment.
 */
export async function* runPipeline(
  project: Project,
  request: PipelineRequest,
  options: PipelineOptions,
): AsyncGenerator<StageOutcome> {
  const graph = buildGraph(request.code.config.stages);
  const session = new Session(project, request, options);
  const made = new Map<string, MadeOutput>();
  const chosen = selectStages(graph, request);
  for (const [i, name] of chosen.entries()) {
    options.signal.throwIfAborted();
    const outcome = await session.stage(name, made);
    yield outcome;
    if (outcome.record.state !== "succeeded") {
      const left = chosen.slice(i + 1);
      if (left.length > 0) options.observer.note(`not run: ${left.join(", ")}`);
      return;
    }
    for (const output of Object.values(outcome.record.outputs)) {
      made.set(output.artifact, { run: outcome.record.run, output });
    }
  }
}

/** One command's work on one commit; what stages share is made once. */
class Session {
  readonly #project: Project;
  readonly #request: PipelineRequest;
  readonly #options: PipelineOptions;
  #source: SourceRecord | undefined;
  readonly #group: string;

  constructor(project: Project, request: PipelineRequest, options: PipelineOptions) {
    this.#project = project;
    this.#request = request;
    this.#options = options;
    this.#group = project.services.newRunId();
  }

  get #config(): ProjectConfig {
    return this.#request.code.config;
  }

  async stage(name: string, made: ReadonlyMap<string, MadeOutput>): Promise<StageOutcome> {
    const stage = this.#config.stages[name]!;
    const environment = this.#options.environment(stage.environment);
    const inputs = await resolveInputs(
      name,
      stage.inputs,
      made,
      this.#project.services,
      this.#config.project,
      (text) => this.#options.observer.warn(text),
    );
    const plan = await this.#plan(name, stage, inputs, environment);
    const earlier = this.#request.force
      ? undefined
      : await earlierResult(plan, this.#project.services, this.#request.code.draft);
    if (earlier !== undefined) {
      if (this.#request.tags.length > 0 || this.#request.note !== undefined) {
        this.#options.observer.warn(
          `${name} is up to date, and its run ${earlier.run} keeps the tags and the note that it has; give it others by \`aero tag ${earlier.run}\` and \`aero note ${earlier.run}\`, or run it again by --force`,
        );
      }
      return { stage: name, record: earlier, reused: true };
    }
    return { stage: name, record: await this.#run(plan, stage, inputs, environment), reused: false };
  }

  async #plan(
    name: string,
    stage: StageConfig,
    inputs: Readonly<Record<string, InputRecord>>,
    environment: EnvironmentSession,
  ): Promise<StagePlan> {
    const { code, params } = this.#request;
    return await planConfigured({
      project: this.#config.project,
      name,
      stage,
      code: code.identity,
      objects: code.repository.objects,
      params,
      environment: await environment.identity(),
      inputs,
    });
  }

  async #run(
    plan: StagePlan,
    stage: StageConfig,
    inputs: Readonly<Record<string, InputRecord>>,
    session: EnvironmentSession,
  ): Promise<RunRecord> {
    const { code, tags, note } = this.#request;
    const { observer, signal } = this.#options;
    const { secrets, limits, loggingApis } = stage.environment;
    // Loaded by the first stage that has no result: where nothing is to be done, loading would be most of the work.
    // Meanwhile the engine is asked.
    const [ready, { runStage }] = await Promise.all([
      session.ready(),
      import("./stage_runner.ts"),
      import("./keep_source.ts"),
    ]);
    return await runStage({
      plan,
      command: stage.command,
      outputs: stage.outputs,
      ...(stage.metrics === undefined ? {} : { metrics: stage.metrics }),
      codeWritable: stage.codeAccess === "copy",
      inputs,
      source: await this.#keptSource(),
      ...(ready.image === undefined ? {} : { image: ready.image }),
      grade: gradeOf(code, ready.environment.kind),
      group: this.#group,
      tags,
      ...(note === undefined ? {} : { note }),
      limits,
      loggingApis,
      secrets: this.#project.secrets(secrets),
    }, {
      services: this.#project.services,
      environment: ready.environment,
      code: code.repository.objects,
      hostVariables: this.#project.hostVariables,
      observer,
      signal,
    });
  }

  async #keptSource(): Promise<SourceRecord> {
    if (this.#source !== undefined) return this.#source;
    const { code } = this.#request;
    const { services } = this.#project;
    const { describeSource, keepSource, newestKept } = await import("./keep_source.ts");
    const earlier = await newestKept(this.#config.project, services);
    this.#options.observer.waiting("Keeping the commit");
    const packs = await keepSource(code.repository, code.identity, earlier, services.store, this.#options);
    this.#options.observer.done();
    return this.#source = await describeSource(code.repository, code.identity.commit, code.branch, packs);
  }
}

function gradeOf(code: PinnedCode, kind: "container" | "host"): RecordedGrade {
  if (kind === "host") return "provenance";
  return code.draft ? "draft" : "reproducible";
}
