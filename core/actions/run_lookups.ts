import type { App } from "../app.ts";
import { AeroError, UserError } from "../errors.ts";
import { isRerun, originalsFirst } from "../history/originals_first.ts";
import type { RunIndex } from "../history/run_index.ts";
import type { RunSummary } from "../history/run_summary.ts";
import { resolveRun, type RunLookups } from "../history/run_reference.ts";
import { type RunRecord, VERIFY_TAG } from "../model/run.ts";
import type { RunId } from "../model/run_id.ts";
import type { Repository } from "../source/repository.ts";
import { artifactReference } from "./artifact_word.ts";
import { searchedPlace } from "./outside_project.ts";
import { refuseUnconfigured, resolveTracked, runElsewhere, runNotStored } from "./tracked_reference.ts";

/**
 * The run that a person means. Runs that others have stored since the index was filled are found too.
 *
 * @returns A run that the index has.
 * @throws {UserError} `run_not_found`, `run_ambiguous`, `run_elsewhere`, `run_not_stored`, and what
 * {@link resolveTracked} throws; {CorruptionError} if the record of the run that made an artifact is damaged.
 */
export async function findRun(app: App, reference: string): Promise<RunId> {
  const tracked = reference.includes(":") ? await resolveTracked(app, reference) : undefined;
  if (tracked !== undefined) return tracked;
  try {
    const run = await findByLookups(app, reference);
    if ((await app.index()).get(run) === undefined) throw await unlisted(app, reference, run);
    return run;
  } catch (error) {
    if (error instanceof UserError) await refuseUnconfigured(app, reference, error);
    throw error;
  }
}

async function findByLookups(app: App, reference: string): Promise<RunId> {
  const index = await app.index();
  try {
    return await resolveRun(reference, lookups(app, index));
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== "run_not_found") throw error;
    if (!await app.refreshIndex()) throw error;
    return await resolveRun(reference, lookups(app, index));
  }
}

/**
 * The record of the run that a person means.
 *
 * @throws {UserError} also `run_unfinished` if it has none yet.
 */
export async function findRecord(app: App, reference: string): Promise<RunRecord> {
  const run = await findRun(app, reference);
  const summary = (await app.index()).get(run)!;
  const { services } = await app.openProject();
  const record = await services.archive.getRecord(summary.project, run);
  if (record !== undefined) return record;
  throw new UserError("run_unfinished", {
    what: `Cannot use run ${run}`,
    why: summary.state === "running" ? "it is still running" : "the storage has no record of it",
    fix: [
      `see it: \`aero show ${run}\``,
      ...(summary.state === "running"
        ? []
        : ["if another storage has it, copy what that has: `aero storage migrate FROM .`"]),
    ],
  });
}

/** The error for the run that made an artifact and that is not among the runs of this project. */
async function unlisted(app: App, reference: string, run: RunId): Promise<UserError> {
  const { services, config, outside } = await app.openProject();
  const { project } = (await artifactReference(app, reference)).artifact;
  if (!outside && project !== config.project) return runElsewhere(reference, run, project);
  // Says what is wrong with it, if something is.
  await services.archive.getRecord(project, run);
  return runNotStored(reference, run, services.store.storage.location);
}

function lookups(app: App, index: RunIndex): RunLookups {
  return {
    byPrefix: (prefix) => index.byPrefix(prefix),
    runs: (stage) => withoutReruns(index.query(stage === undefined ? {} : { stage })),
    byVersion: (prefix) => originalsFirst(withoutReruns(index.byVersion(prefix))),
    byCommit: (commit) => originalsFirst(withoutReruns(index.byCommits([commit]))),
    runOfArtifact: async (reference) => {
      const { services } = await app.openProject();
      const { origin } = await services.catalog.resolve(await artifactReference(app, reference));
      return origin.kind === "run" ? origin.run : undefined;
    },
    commitNamed: async (name) => await withRepository(app, (repository) => commitNamed(repository, name)),
    names: async () => {
      const refs = await withRepository(app, async (repository) => [
        ...(await repository.tags()).keys(),
        ...(await repository.branches()).keys(),
      ]);
      return refs ?? [];
    },
    searched: () => searchedPlace(app),
    now: app.io.now().getTime(),
  };
}

/** Runs that were made to judge others are named by their ids only: who says "the last run" means one of their own. */
function withoutReruns(runs: readonly RunSummary[]): readonly RunSummary[] {
  return runs.filter((run) => !isRerun(run) || !run.tags.includes(VERIFY_TAG));
}

async function commitNamed(repository: Repository, name: string): Promise<string | undefined> {
  try {
    return await repository.resolveCommit(name);
  } catch (error) {
    if (error instanceof UserError && error.code === "commit_unknown") return undefined;
    throw error;
  }
}

/** Asks git, where there is a repository; a run can also be named where there is none. */
async function withRepository<T>(
  app: App,
  ask: (repository: Repository) => Promise<T>,
): Promise<T | undefined> {
  try {
    return await ask(await app.repository());
  } catch (error) {
    if (error instanceof AeroError && NO_GIT.includes(error.code)) return undefined;
    throw error;
  }
}

const NO_GIT = ["not_a_repository", "bare_repository", "no_commit", "object_format_unsupported"];
