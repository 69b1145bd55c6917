import type { ProjectConfig, StageConfig } from "../config/project_config.ts";
import { canonicalJson } from "../format/canonical_json.ts";
import { digestOf } from "../format/digest_of.ts";
import type { Digest } from "../model/digest.ts";
import { isName } from "../model/name.ts";
import type { Params } from "../model/params.ts";
import type { ProgramExit } from "../model/run.ts";
import { runIdFromBytes } from "../model/run_id.ts";
import type { HostEnvironment, ProgramSpec } from "../plugin/environment.ts";
import type { ProgramApis, RunServices } from "./run_services.ts";
import { revealed, type Secret } from "../config/secret.ts";
import { chooseApis } from "./choose_apis.ts";
import { buildGraph, selectStages } from "./graph.ts";
import { materializeInputs } from "./inputs.ts";
import { interpolateCommand } from "./interpolate.ts";
import { namesIn } from "./left_by_program.ts";
import { claimLoggedFiles } from "./logged_files.ts";
import { linkInputs } from "./program.ts";
import { type ServedApis, serveProgramApis } from "./program_apis.ts";
import { NO_SINK } from "./program_log.ts";
import { withApis } from "./relayed_program.ts";
import { paramsOf } from "./configured_stage.ts";
import { writeProgramFiles } from "./program_files.ts";
import { resolveInputs } from "./resolve_inputs.ts";
import { directoriesOf, type ProgramLayout, programVariables } from "./run_contract.ts";
import { removeTree } from "./run_directory.ts";
import { ScratchArtifacts } from "./scratch_artifacts.ts";

/** What `aero dev` needs. */
export interface DevOptions {
  /** Absolute path of the project's directory: programs run in it. */
  readonly directory: string;
  readonly config: ProjectConfig;
  readonly params: Params;
  readonly stages: readonly string[];
  readonly only: readonly string[];
  readonly environment: HostEnvironment;
  readonly hostVariables: Readonly<Record<string, string>>;
  readonly secrets: (names: readonly string[]) => Readonly<Record<string, Secret>>;
  /** What programs say to them is dropped; files that they hand over become outputs as in a run. */
  readonly programApis: ProgramApis;
  /** Opened only if an input is neither made by a stage nor in the scratch area. */
  readonly services: () => Promise<RunServices>;
  readonly onStage: (stage: string) => void;
  /** A sentence on what is otherwise than in a run. */
  readonly warn: (text: string) => void;
  readonly onStdout: (bytes: Uint8Array) => void;
  readonly onStderr: (bytes: Uint8Array) => void;
  readonly signal: AbortSignal;
}

/** What became of one stage on the host. */
export interface DevOutcome {
  readonly stage: string;
  readonly exit: ProgramExit;
  /** Output name to the directory that it was kept in; empty unless the program ended well. */
  readonly outputs: Readonly<Record<string, string>>;
}

/**
 * Runs stages on the host in the user's own directory, as it is. Nothing is recorded; outputs go to a scratch area
 * that keeps the latest few of each.
 *
 * @returns One outcome a stage, up to the first whose program failed.
 * @throws {UserError} `stage_unknown`, `input_missing`, `command_invalid`, `secret_missing`.
 */
export async function runDev(options: DevOptions): Promise<DevOutcome[]> {
  const graph = buildGraph(options.config.stages);
  const scratch = new ScratchArtifacts(`${options.directory}/.aero/dev`);
  const outcomes: DevOutcome[] = [];
  const names = selectStages(graph, options);
  const limited = names.filter((name) => {
    return Object.keys(options.config.stages[name]!.environment.limits).length > 0;
  });
  if (limited.length > 0) {
    options.warn(`the limits of ${limited.join(", ")} do not hold in \`aero dev\``);
  }
  for (const name of names) {
    options.signal.throwIfAborted();
    options.onStage(name);
    const outcome = await devStage(name, options.config.stages[name]!, scratch, options);
    outcomes.push(outcome);
    if (outcome.exit.how !== "exited" || outcome.exit.code !== 0) break;
  }
  return outcomes;
}

async function devStage(
  name: string,
  stage: StageConfig,
  scratch: ScratchArtifacts,
  options: DevOptions,
): Promise<DevOutcome> {
  const params = paramsOf(stage, options.params);
  const work = scratch.newWork();
  try {
    const inputs = await devInputs(name, stage, { scratch, elsewhere: `${work}/trees` }, options);
    const layout: ProgramLayout = {
      code: options.directory,
      inputs: `${work}/inputs`,
      outputs: `${work}/outputs`,
      exchange: `${work}/run`,
      python: `${work}/program/python`,
      bin: `${work}/program/bin`,
    };
    Deno.mkdirSync(layout.exchange, { recursive: true });
    for (const output of stage.outputs) Deno.mkdirSync(`${layout.outputs}/${output}`, { recursive: true });
    Deno.writeTextFileSync(`${layout.exchange}/params.json`, canonicalJson(params) + "\n");
    Deno.writeTextFileSync(`${layout.exchange}/metrics.jsonl`, "");
    writeProgramFiles(`${work}/program`);
    linkInputs(layout.inputs, inputs);
    const logged = `${work}/logged`;
    const { plugins, context } = options.programApis;
    const { env, secrets, loggingApis: asked } = stage.environment;
    const chosen = chooseApis(plugins, { env, secrets, ...(asked === undefined ? {} : { asked }) });
    const served = serveProgramApis({ plugins: chosen.served, context }, {
      run: runIdFromBytes(crypto.getRandomValues(new Uint8Array(8))),
      project: options.config.project,
      stage: name,
      stageKey: keyOf(params),
      params,
      env,
      secrets,
    }, { at: "loopback", files: logged, sink: NO_SINK, warn: options.warn });
    let exit: ProgramExit;
    try {
      exit = await runDevProgram(
        name,
        stage,
        { params, layout, inputs: Object.keys(inputs), served },
        options,
      );
    } finally {
      await served?.close();
    }
    if (exit.how !== "exited" || exit.code !== 0) return { stage: name, exit, outputs: {} };
    const further = claimLoggedFiles({ outputs: layout.outputs, logged }, name, stage.outputs);
    const outputs = scratch.keep([
      ...stage.outputs.map((output) => ({ name: output, path: `${layout.outputs}/${output}` })),
      ...further.filter(({ path }) => namesIn(path).length > 0),
    ]);
    return { stage: name, exit, outputs };
  } finally {
    await removeTree(work);
  }
}

/** What stands for a version, which there is none of: the same params seed the same way each time. */
function keyOf(params: Params): Digest {
  return digestOf(canonicalJson(params));
}

async function runDevProgram(
  name: string,
  stage: StageConfig,
  { params, layout, inputs, served }: {
    readonly params: Params;
    readonly layout: ProgramLayout;
    readonly inputs: readonly string[];
    readonly served: ServedApis | undefined;
  },
  options: DevOptions,
): Promise<ProgramExit> {
  const command = interpolateCommand(stage.command, {
    params,
    inputs: directoriesOf(layout.inputs, inputs),
    outputs: directoriesOf(layout.outputs, stage.outputs),
  }, `stages.${name}.command`);
  const { env, secrets } = stage.environment;
  const id = `dev-${crypto.randomUUID()}`;
  const variables = { ...options.hostVariables, ...env };
  const spec: ProgramSpec = {
    // Of its own: what is left of a program is ended with it, and others may be at it too.
    runId: id,
    command,
    env: {
      ...variables,
      ...programVariables(layout, env, { id, params, stageKey: keyOf(params) }),
      PATH: `${layout.bin}:${variables.PATH ?? "/usr/local/bin:/usr/bin:/bin"}`,
    },
    secrets: revealed(options.secrets(secrets)),
    workingDirectory: options.directory,
    limits: {},
  };
  const { signal, onStdout, onStderr } = options;
  return await options.environment.run(withApis(spec, served), { signal, onStdout, onStderr });
}

async function devInputs(
  name: string,
  stage: StageConfig,
  { scratch, elsewhere }: { readonly scratch: ScratchArtifacts; readonly elsewhere: string },
  options: DevOptions,
): Promise<Record<string, string>> {
  const paths: Record<string, string> = {};
  const stored: Record<string, string> = {};
  for (const [input, artifact] of Object.entries(stage.inputs)) {
    const made = isName(artifact) ? scratch.newest(artifact) : undefined;
    if (made !== undefined) paths[input] = made;
    else stored[input] = artifact;
  }
  if (Object.keys(stored).length > 0) {
    const services = await options.services();
    const records = await resolveInputs(name, stored, new Map(), services, options.config.project);
    Object.assign(paths, await materializeInputs(records, services, { ...options, elsewhere }));
  }
  return paths;
}
