// deno-lint-ignore-file camelcase -- MLflow's own names
import { TrackerError } from "../../../core/plugin/tracker.ts";
import type { MlflowClient } from "./mlflow_client.ts";
import { TAG, type WireTag } from "./run_tags.ts";
import { emptyAnswer, runAnswer, runsAnswer, tagsOf, type WireRun } from "./wire.ts";

/** What every step of a call needs. */
export interface Step {
  /** What is being done, for errors. */
  readonly what: string;
  readonly signal?: AbortSignal | undefined;
}

/** A run to make. */
export interface NewRun {
  readonly experiment: string;
  readonly name: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly tags: readonly WireTag[];
}

/** Most experiments that one search asks for; a database has a limit of values in one statement. */
const MOST_EXPERIMENTS = 500;

/**
 * The run with this tag; `undefined` if there is none.
 *
 * Where several machines made one at the same time, the one of the smallest id counts, for all of them; the others
 * are deleted, and what they had is sent again.
 * @throws {TrackerError} `tracker_refused` if the only one was deleted by a person.
 */
export async function findByTag(
  client: MlflowClient,
  experiments: readonly string[],
  key: string,
  value: string,
  { what, signal }: Step,
): Promise<WireRun | undefined> {
  const runs: WireRun[] = [];
  for (let at = 0; at < experiments.length; at += MOST_EXPERIMENTS) {
    const answer = await client.call({
      method: "POST",
      path: "/runs/search",
      body: {
        experiment_ids: experiments.slice(at, at + MOST_EXPERIMENTS),
        // Values are ids of aero's own: no quotes in them.
        filter: `tags.\`${key}\` = '${value}'`,
        run_view_type: "ALL",
        max_results: 100,
      },
      what,
      signal,
    }, runsAnswer);
    runs.push(...answer.runs);
  }
  const counted = runs.filter((run) => !tagsOf(run).has(TAG.duplicate));
  const active = counted.filter(({ info }) => info.lifecycle_stage === "active")
    .sort((a, b) => a.info.run_id < b.info.run_id ? -1 : 1);
  const [first, ...others] = active;
  if (first === undefined) {
    if (counted[0] !== undefined) throw wasDeleted(counted[0].info.run_id, what);
    return undefined;
  }
  for (const other of others) await setAside(client, other.info.run_id, first.info.run_id, { what, signal });
  return first;
}

/**
 * Makes a run, and says which one counts: the one that was made, or another with the same tag.
 *
 * An answer that was lost leaves a run behind, which the next search finds: nothing is ever made without a search.
 */
export async function makeRun(
  client: MlflowClient,
  run: NewRun,
  key: string,
  value: string,
  step: Step,
): Promise<WireRun> {
  const made = await client.call({
    method: "POST",
    path: "/runs/create",
    body: {
      experiment_id: run.experiment,
      run_name: run.name,
      start_time: Math.trunc(run.startedAt),
      tags: run.tags,
    },
    ...step,
  }, runAnswer);
  return await findByTag(client, [run.experiment], key, value, step) ?? made.run;
}

/** A run by its id; `undefined` if there is none. */
export async function getRun(client: MlflowClient, id: string, step: Step): Promise<WireRun | undefined> {
  const answer = await client.callIfThere(
    { method: "GET", path: "/runs/get", query: { run_id: id }, ...step },
    runAnswer,
  );
  return answer?.run;
}

/** Whether this can be the beginning of an id: long enough to mean one run, and shorter than an id. */
export function isBeginning(id: string): boolean {
  return /^[0-9a-f]{6,31}$/.test(id);
}

/** Runs whose ids begin so, of which more than one are as good as many. */
export async function findByBeginning(
  client: MlflowClient,
  experiments: readonly string[],
  beginning: string,
  { what, signal }: Step,
): Promise<WireRun[]> {
  const runs: WireRun[] = [];
  for (let at = 0; at < experiments.length && runs.length < 2; at += MOST_EXPERIMENTS) {
    const answer = await client.call({
      method: "POST",
      path: "/runs/search",
      body: {
        experiment_ids: experiments.slice(at, at + MOST_EXPERIMENTS),
        // Hexadecimal digits: no quotes and no wildcards in them.
        filter: `attributes.run_id LIKE '${beginning}%'`,
        run_view_type: "ACTIVE_ONLY",
        max_results: 2,
      },
      what,
      signal,
    }, runsAnswer);
    runs.push(...answer.runs);
  }
  return runs;
}

async function setAside(client: MlflowClient, id: string, first: string, step: Step): Promise<void> {
  const tag = { run_id: id, key: TAG.duplicate, value: first };
  await client.callIfThere({ method: "POST", path: "/runs/set-tag", body: tag, ...step }, emptyAnswer);
  await client.callIfThere(
    { method: "POST", path: "/runs/delete", body: { run_id: id }, ...step },
    emptyAnswer,
  );
}

function wasDeleted(id: string, what: string): TrackerError {
  return new TrackerError("tracker_refused", {
    what,
    // Where many runs are sent, reasons are all that is told.
    why: `the run ${id} was deleted there; to have it again: \`mlflow runs restore --run-id ${id}\``,
  });
}
