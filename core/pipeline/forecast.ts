import type { EnvironmentConfig } from "../config/project_config.ts";
import { AeroError, CorruptionError } from "../errors.ts";
import { isRerun, originalsFirst } from "../history/originals_first.ts";
import type { RunIndex } from "../history/run_index.ts";
import type { RunSummary } from "../history/run_summary.ts";
import type { ContainerIdentity, HostIdentity } from "../model/experiment_version.ts";
import type { InputRecord } from "../model/run.ts";
import type { RunId } from "../model/run_id.ts";
import { diffTrees } from "../source/diff.ts";
import { objectIdsIn } from "../source/tree_lookup.ts";
import { codePaths, earlierResult, planConfigured } from "./configured_stage.ts";
import type { EnvironmentSession } from "./environment_session.ts";
import { buildGraph, type Graph, selectStages } from "./graph.ts";
import type { PinnedCode } from "./pinned_code.ts";
import type { StagePlan } from "./plan.ts";
import { isStorageError } from "../plugin/storage.ts";
import type { Project } from "./project.ts";
import { type MadeOutput, resolveInputs } from "./resolve_inputs.ts";
import { labelsOf, versionChanges } from "./stage_changes.ts";

/** What a tracked run would do about one stage. */
export interface StageForecast {
  readonly stage: string;
  /** `blocked` stages cannot be run: see `problems`. */
  readonly state: "up_to_date" | "would_run" | "blocked";
  /** The run whose result stands; present if up to date. */
  readonly run?: RunId;
  /** Why it would run, in short texts; empty if up to date. */
  readonly reasons: readonly string[];
  /** Input name to `artifact:label`, or to the artifact alone if it is not made yet. */
  readonly inputs: Readonly<Record<string, string>>;
  /** All that stand in its way; empty unless blocked. */
  readonly problems: readonly AeroError[];
}

/** What a forecast is made of. */
export interface ForecastOptions {
  readonly code: PinnedCode;
  /** Paths from the top of the repository that are not as in the commit. */
  readonly changed: readonly string[];
  readonly environment: (config: EnvironmentConfig) => Pick<EnvironmentSession, "identity">;
}

/**
 * Tells for each stage whether a tracked run would run it, and why. Runs nothing, starts no engine and writes nothing.
 *
 * A stage that reads from one that would run counts as one that would run.
 *
 * @throws {UserError} `pipeline_cycle`, `output_made_twice`.
 */
export async function forecastPipeline(project: Project, options: ForecastOptions): Promise<StageForecast[]> {
  const graph = buildGraph(options.code.config.stages);
  const forecast = new Forecast(project, options, graph);
  const stages: StageForecast[] = [];
  for (const name of selectStages(graph, { stages: [], only: [] })) stages.push(await forecast.stage(name));
  return stages;
}

class Forecast {
  readonly #project: Project;
  readonly #options: ForecastOptions;
  readonly #graph: Graph;
  readonly #made = new Map<string, MadeOutput>();
  readonly #unsettled = new Set<string>();

  constructor(project: Project, options: ForecastOptions, graph: Graph) {
    this.#project = project;
    this.#options = options;
    this.#graph = graph;
  }

  async stage(name: string): Promise<StageForecast> {
    const forecast = await this.#forecast(name);
    if (forecast.state !== "up_to_date") this.#unsettled.add(name);
    return forecast;
  }

  async #forecast(name: string): Promise<StageForecast> {
    const { inputs: references } = this.#options.code.config.stages[name]!;
    const before = this.#graph.edges.filter(({ to, from }) => to === name && this.#unsettled.has(from));
    const problems: AeroError[] = [];
    const identity = await unless(problems, () => this.#environmentOf(name).identity());
    const inputs: Record<string, InputRecord> = {};
    for (const [input, reference] of Object.entries(references)) {
      if (before.some((edge) => edge.input === input)) continue;
      const one = { [input]: reference };
      const { services } = this.#project;
      const resolve = () => resolveInputs(name, one, this.#made, services, this.#config.project);
      Object.assign(inputs, await unless(problems, resolve));
    }
    const waiting = before.map(({ input, from }) =>
      `input ${input} comes from ${from}, which is not up to date`
    );
    const settled = identity === undefined || problems.length > 0 || waiting.length > 0
      ? undefined
      : await unless(problems, () => this.#settled(name, inputs, identity));
    if (settled !== undefined) return settled;
    const state = problems.length > 0 ? "blocked" : "would_run";
    const reasons = [...problems.map(({ report }) => report.why ?? report.what), ...waiting];
    return { stage: name, state, reasons, inputs: references, problems };
  }

  #environmentOf(name: string): Pick<EnvironmentSession, "identity"> {
    return this.#options.environment(this.#config.stages[name]!.environment);
  }

  async #settled(
    name: string,
    inputs: Readonly<Record<string, InputRecord>>,
    environment: ContainerIdentity | HostIdentity,
  ): Promise<StageForecast> {
    const { code } = this.#options;
    const stage = this.#config.stages[name]!;
    const shown = Object.fromEntries(
      Object.entries(inputs).map(([input, { artifact, label }]) => [
        input,
        label === undefined ? artifact : `${artifact}:${label}`,
      ]),
    );
    const plan = await planConfigured({
      project: this.#config.project,
      name,
      stage,
      code: code.identity,
      objects: code.repository.objects,
      params: this.#config.params,
      environment,
      inputs,
    });
    const uncommitted = this.#changedIn(codePaths(stage, code.identity));
    const earlier = await earlierResult(plan, this.#project.services, false);
    if (earlier !== undefined && uncommitted.length === 0) {
      for (const output of Object.values(earlier.outputs)) {
        this.#made.set(output.artifact, { run: earlier.run, output });
      }
      return { stage: name, state: "up_to_date", run: earlier.run, reasons: [], inputs: shown, problems: [] };
    }
    const reasons = earlier === undefined ? await this.#reasons(plan, inputs) : [];
    if (uncommitted.length > 0) reasons.push(`uncommitted ${listed(uncommitted)}`);
    return { stage: name, state: "would_run", reasons, inputs: shown, problems: [] };
  }

  async #reasons(plan: StagePlan, inputs: Readonly<Record<string, InputRecord>>): Promise<string[]> {
    const { index, archive } = this.#project.services;
    const { project, stage } = plan.version;
    const newest = newestRun(index, { project, stage });
    if (newest === undefined) return ["it was never run"];
    // The version of a run that goes on is not stored yet.
    if (newest.state === "running") return [sameAgain(newest)];
    const version = await archive.getVersion(newest.version).catch((error) => {
      // It was recorded in another storage than this one.
      if (error instanceof CorruptionError && error.code === "version_missing") return undefined;
      throw error;
    });
    if (version === undefined) return [`the storage has nothing of its newest run, ${newest.run}`];
    const changes = [
      ...await this.#codeChanges(plan, version.code.tree),
      ...versionChanges({ version, labels: labelsOf(newest.inputs) }, {
        version: plan.version,
        labels: labelsOf(inputs),
      }),
    ];
    return changes.length > 0 ? changes : [sameAgain(newest)];
  }

  async #codeChanges(plan: StagePlan, formerTree: string): Promise<string[]> {
    const { code } = this.#options;
    const { objects } = code.repository;
    const paths = codePaths(this.#config.stages[plan.version.stage]!, code.identity);
    try {
      const [before, after] = [
        await objectIdsIn(objects, formerTree, paths),
        await objectIdsIn(objects, code.identity.tree, paths),
      ];
      if (paths.every((path) => before[path] === after[path])) return [];
      const changed = (await diffTrees(objects, formerTree, code.identity.tree)).map(({ path }) => path);
      return [`new code: ${listed(changed.filter((path) => isIn(path, paths)))}`];
    } catch (error) {
      // The commit of the former run may be gone from this clone, or lack a path that is declared.
      if (error instanceof AeroError && error.kind === "user") return ["new code"];
      throw error;
    }
  }

  #changedIn(paths: readonly string[]): string[] {
    return this.#options.changed.filter((path) => isIn(path, paths));
  }

  get #config() {
    return this.#options.code.config;
  }
}

/** What `ask` gives; what the person at the keyboard can mend is added to `problems` instead. */
async function unless<T>(problems: AeroError[], ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (problem) {
    // An input of which nothing is known while the storage is away is a reason not to run, as one that is missing.
    if (!(problem instanceof AeroError)) throw problem;
    if (problem.kind !== "user" && !isStorageError(problem, "unavailable")) throw problem;
    problems.push(problem);
    return undefined;
  }
}

/** The newest run that was not made to be compared with another; of such only if there is no other. */
function newestRun(
  index: RunIndex,
  of: { readonly project: string; readonly stage: string },
): RunSummary | undefined {
  const [newest] = index.query({ ...of, limit: 1 });
  if (newest === undefined || !isRerun(newest)) return newest;
  return originalsFirst(index.query(of))[0];
}

function sameAgain(newest: RunSummary): string {
  switch (newest.state) {
    case "succeeded":
      return "its result is not in the cache of this machine";
    case "running":
      return `it is running: ${newest.run}`;
    default:
      return `its last run ${newest.run} ${newest.state === "failed" ? "failed" : `was ${newest.state}`}`;
  }
}

/** Whether a path, or a folder with a slash at its end, is one of `paths` or has to do with what is below one. */
function isIn(path: string, paths: readonly string[]): boolean {
  return paths.some((declared) =>
    declared === "." || path === declared || path.startsWith(`${declared}/`) ||
    (path.endsWith("/") && declared.startsWith(path))
  );
}

/** `train.py, clean.py and 4 more`. */
function listed(paths: readonly string[]): string {
  const shown = paths.slice(0, 3).join(", ");
  return paths.length > 3 ? `${shown} and ${paths.length - 3} more` : shown;
}
