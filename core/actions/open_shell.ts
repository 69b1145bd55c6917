import type { App } from "../app.ts";
import { applyOverrides, parseOverride } from "../config/override.ts";
import { UserError } from "../errors.ts";
import { quoteCommand } from "../model/quote_command.ts";
import type { InputRecord, ProgramExit } from "../model/run.ts";
import { CommitFilesOf } from "../pipeline/commit_files_of.ts";
import { planConfigured } from "../pipeline/configured_stage.ts";
import { environmentSessions } from "../pipeline/environment_session.ts";
import { buildGraph, type Graph, selectStages } from "../pipeline/graph.ts";
import { pinCode, type PinnedCode } from "../pipeline/pinned_code.ts";
import type { Project } from "../pipeline/project.ts";
import { openRecorded } from "../pipeline/recorded_environment.ts";
import { loadStoredRun } from "../pipeline/rerun.ts";
import { resolveInputs } from "../pipeline/resolve_inputs.ts";
import { runInPlace, SHELL_COMMAND, type ShellSubject } from "../pipeline/stage_shell.ts";
import { findRecord } from "./run_lookups.ts";
import { shellWords } from "./shell_words.ts";

/** How a shell, or the command in its place, ended. */
export interface ShellOutcome {
  readonly stage: string;
  readonly exit: ProgramExit;
}

/**
 * Opens a shell, or runs a command, where a stage of the worktree or a recorded run has its program.
 *
 * @throws {UserError} `argument_missing`, `stage_unknown`, `input_missing`, `lock_missing` and others.
 */
export async function openShell(
  app: App,
  request: { readonly words: readonly string[]; readonly run?: string },
): Promise<ShellOutcome> {
  const { stage, overrides, command } = shellWords(request.words, request.run !== undefined);
  const project = await app.openProject();
  const observer = app.observer();
  try {
    const subject = request.run === undefined
      ? await stageSubject(app, project, stage!, overrides)
      : await runSubject(app, project, request.run);
    const { version } = subject.job.plan;
    observer.done();
    if (command.length === 0) {
      observer.note(`${version.stage}: its own command is \`${quoteCommand(version.command)}\``);
    }
    const terminal = app.variables.get("TERM");
    const exit = await runInPlace(
      {
        ...subject,
        command: command.length === 0 ? SHELL_COMMAND : command,
        hostVariables: { ...project.hostVariables, ...(terminal === undefined ? {} : { TERM: terminal }) },
      },
      project.services,
      {
        signal: app.signal,
        // A command whose output is read by a program has no use for the terminal.
        interactive: command.length === 0 || (app.io.stdinIsTerminal && app.io.stdoutIsTerminal),
        onStdout: (bytes) => app.printer.passThrough("stdout", bytes),
        onStderr: (bytes) => app.printer.passThrough("stderr", bytes),
      },
    );
    return { stage: version.stage, exit };
  } finally {
    observer.done();
  }
}

async function runSubject(app: App, project: Project, reference: string): Promise<ShellSubject> {
  const record = await findRecord(app, reference);
  const { version, code, stage } = await loadStoredRun(project, record);
  const options = { observer: app.observer(), signal: app.signal };
  const { environment, image } = await openRecorded(project, record, version, options);
  return {
    job: {
      plan: { version, id: record.version, key: record.stageKey },
      command: stage.command,
      outputs: stage.outputs,
      codeWritable: stage.codeAccess === "copy",
      limits: record.limits,
      loggingApis: stage.environment.loggingApis,
      secrets: project.secrets(record.secrets),
      ...(image === undefined ? {} : { image }),
    },
    code,
    inputs: record.inputs,
    environment,
    hostVariables: project.hostVariables,
    warn: (text) => options.observer.warn(text),
  };
}

async function stageSubject(
  app: App,
  project: Project,
  name: string,
  overrides: readonly string[],
): Promise<ShellSubject> {
  await app.requireRoot();
  const options = { observer: app.observer(), signal: app.signal };
  const code = await pinCode(project, { draft: true, now: project.services.now() });
  const { identity, config, lock, repository, draft } = code;
  const graph = buildGraph(config.stages);
  selectStages(graph, { stages: [name], only: [] });
  const stage = config.stages[name]!;
  if (draft) options.observer.note("the worktree has uncommitted changes: this is a snapshot of them");
  const inputs = await inputsOf(name, graph, code, project);
  await using files = new CommitFilesOf(repository.objects, identity.tree, identity.directory, app.signal);
  const session = environmentSessions(
    project,
    { files, lock, mode: draft ? "update" : "locked" },
    options,
  )(stage.environment);
  const plan = await planConfigured({
    project: config.project,
    name,
    stage,
    code: identity,
    objects: repository.objects,
    params: applyOverrides(config.params, overrides.map(parseOverride)),
    environment: await session.identity(),
    inputs,
  });
  const { environment, image } = await session.ready();
  return {
    job: {
      plan,
      command: stage.command,
      outputs: stage.outputs,
      codeWritable: stage.codeAccess === "copy",
      limits: stage.environment.limits,
      loggingApis: stage.environment.loggingApis,
      secrets: project.secrets(stage.environment.secrets),
      ...(image === undefined ? {} : { image }),
    },
    code: repository.objects,
    inputs,
    environment,
    hostVariables: project.hostVariables,
    warn: (text) => options.observer.warn(text),
  };
}

async function inputsOf(
  name: string,
  graph: Graph,
  { config }: PinnedCode,
  project: Project,
): Promise<Record<string, InputRecord>> {
  try {
    return await resolveInputs(
      name,
      config.stages[name]!.inputs,
      new Map(),
      project.services,
      config.project,
    );
  } catch (error) {
    const makers = graph.edges.filter(({ to }) => to === name).map(({ from }) => from);
    if (!(error instanceof UserError) || error.code !== "input_missing" || makers.length === 0) throw error;
    throw new UserError("input_missing", {
      what: `Cannot open a shell for the stage "${name}"`,
      why: `not all that it reads has been made; the stages before it are ${makers.join(", ")}`,
      fix: [`make it: \`aero run ${makers.join(" ")}\``],
    }, { cause: error });
  }
}
