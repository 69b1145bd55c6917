// deno-lint-ignore-file camelcase -- MLflow's own names
import type { TrackedStart } from "../../../core/plugin/tracker.ts";
import type { MlflowClient } from "./mlflow_client.ts";
import { findByTag, makeRun, type Step } from "./run_lookup.ts";
import { startTags, TAG } from "./run_tags.ts";
import type { SentRun } from "./sent_run.ts";
import { emptyAnswer, runsAnswer, tagsOf, type WireRun } from "./wire.ts";

/** What a group's own run is tagged with, of what its stages are. */
const SHARED = [
  "mlflow.user",
  "mlflow.source.name",
  "mlflow.source.type",
  "mlflow.source.git.commit",
  "mlflow.source.git.branch",
  "mlflow.source.git.repoURL",
  "aero.commit",
  TAG.project,
] as readonly string[];

/** Groups are ids of aero's own; another one could not be asked for. */
const GROUP = /^[\w.:-]{1,200}$/;

/**
 * Puts the runs of one command below a run of their own, as soon as there are two of them. A run that is alone in its
 * group stays as it is.
 */
export async function joinGroup(
  client: MlflowClient,
  run: SentRun,
  started: TrackedStart,
  step: Step,
): Promise<void> {
  const { group, project } = started.start;
  if (!GROUP.test(group)) return;
  const members = await membersOf(client, run.experiment, group, step);
  if (!members.some(({ info }) => info.run_id !== run.id)) return;
  const found = await findByTag(client, [run.experiment], TAG.groupOf, group, step);
  const parent = found ?? await makeRun(
    client,
    {
      experiment: run.experiment,
      name: `${project}-${group.slice(0, 8)}`,
      startedAt: Math.min(started.start.startedAt, ...members.map(({ info }) => info.start_time)),
      tags: [...startTags(started).filter(({ key }) => SHARED.includes(key)), {
        key: TAG.groupOf,
        value: group,
      }],
    },
    TAG.groupOf,
    group,
    step,
  );
  const id = parent.info.run_id;
  const outside = members.filter((member) => tagsOf(member).get(TAG.parent) !== id).map(({ info }) =>
    info.run_id
  );
  for (const member of new Set([...(run.parent === id ? [] : [run.id]), ...outside])) {
    const tag = { run_id: member, key: TAG.parent, value: id };
    await client.call({ method: "POST", path: "/runs/set-tag", body: tag, ...step }, emptyAnswer);
  }
  run.parent = id;
  if (parent.info.status !== "RUNNING") await setStatus(client, id, "RUNNING", undefined, step);
}

/** Ends a group's own run when all its stages have ended: well if all did. */
export async function leaveGroup(client: MlflowClient, run: SentRun, step: Step): Promise<void> {
  const { group } = run;
  if (!GROUP.test(group)) return;
  // Asked by the tag: the second stage may have joined this one to it.
  const members = await membersOf(client, run.experiment, group, step);
  const parent = members.map((member) => tagsOf(member).get(TAG.parent)).find((id) => id !== undefined);
  const statuses = new Set(members.map(({ info }) => info.status));
  if (parent === undefined || statuses.has("RUNNING")) return;
  const status = statuses.has("FAILED") ? "FAILED" : statuses.has("KILLED") ? "KILLED" : "FINISHED";
  const endedAt = Math.max(...members.map(({ info }) => info.end_time ?? info.start_time));
  await setStatus(client, parent, status, endedAt, step);
}

async function membersOf(
  client: MlflowClient,
  experiment: string,
  group: string,
  step: Step,
): Promise<WireRun[]> {
  const runs: WireRun[] = [];
  let token: string | undefined;
  do {
    const answer = await client.call({
      method: "POST",
      path: "/runs/search",
      body: {
        experiment_ids: [experiment],
        filter: `tags.\`${TAG.group}\` = '${group}'`,
        run_view_type: "ACTIVE_ONLY",
        max_results: 1000,
        ...(token === undefined ? {} : { page_token: token }),
      },
      ...step,
    }, runsAnswer);
    runs.push(...answer.runs);
    token = answer.next_page_token === token ? undefined : answer.next_page_token;
  } while (token !== undefined && token !== "");
  return runs;
}

/** Says how a run stands. */
export async function setStatus(
  client: MlflowClient,
  id: string,
  status: "RUNNING" | "FINISHED" | "FAILED" | "KILLED",
  endedAt: number | undefined,
  step: Step,
): Promise<void> {
  const body = { run_id: id, status, ...(endedAt === undefined ? {} : { end_time: Math.trunc(endedAt) }) };
  await client.call({ method: "POST", path: "/runs/update", body, ...step }, emptyAnswer);
}
