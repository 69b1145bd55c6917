import { isDigest } from "../../../core/model/digest.ts";
import type { EndState } from "../../../core/model/run.ts";
import { isRunId } from "../../../core/model/run_id.ts";
import type { ForeignPoint, ForeignRun } from "../../../core/plugin/tracker.ts";
import { unescapeName } from "./names.ts";
import { sourceOf, TAG } from "./run_tags.ts";
import { readNames } from "./sent_run.ts";
import { tagsOf, type WireRun } from "./wire.ts";

const STATES: Readonly<Record<string, EndState | "running">> = {
  FINISHED: "succeeded",
  FAILED: "failed",
  KILLED: "aborted",
};
const END_STATES: readonly string[] = ["succeeded", "failed", "aborted", "lost"] satisfies EndState[];

/** The page of a run. */
export function pageOf(base: string, experiment: string, id: string): string {
  return `${base}/#/experiments/${encodeURIComponent(experiment)}/runs/${encodeURIComponent(id)}`;
}

/** Whether a run stands for a group of runs and is none itself, or was made twice. */
export function isOwnDevice(run: WireRun): boolean {
  const tags = tagsOf(run);
  return tags.has(TAG.groupOf) || tags.has(TAG.duplicate);
}

/** A run as callers know it. @param group Name of its experiment. */
export function toForeignRun(run: WireRun, group: string, base: string): ForeignRun {
  const tags = tagsOf(run);
  const { info } = run;
  const state = stateOf(info.status, tags.get(TAG.state));
  const [commit, remote, branch] = ["commit", "repoURL", "branch"].map((name) =>
    tags.get(`mlflow.source.git.${name}`)
  );
  const user = tags.get("mlflow.user") ?? (info.user_id === "" ? undefined : info.user_id);
  const note = tags.get("mlflow.note.content");
  const image = tags.get("mlflow.docker.image.id") ?? tags.get("mlflow.docker.image.uri");
  const aero = aeroOf(tags);
  const nameOf = (key: string) => unescapeName(key, (hash) => tags.get(`${TAG.name}${hash}`));
  const source = {
    ...(commit === undefined ? {} : { commit }),
    ...(remote === undefined ? {} : { remote }),
    ...(branch === undefined ? {} : { branch }),
  };
  return {
    id: info.run_id,
    url: pageOf(base, info.experiment_id, info.run_id),
    name: info.run_name,
    group,
    state,
    startedAt: info.start_time,
    ...(state === "running" || info.end_time === undefined ? {} : { endedAt: info.end_time }),
    ...(user === undefined ? {} : { user }),
    params: Object.fromEntries(run.data.params.map(({ key, value }) => [nameOf(key), value])),
    tags: Object.fromEntries(
      [...tags].filter(([key]) => !/^(mlflow|aero)\./.test(key)).map(([key, value]) => [nameOf(key), value]),
    ),
    ...(note === undefined ? {} : { note }),
    ...(Object.keys(source).length === 0 ? {} : { source }),
    ...(image === undefined ? {} : { image }),
    inputs: run.inputs.dataset_inputs.flatMap(({ dataset }) =>
      dataset === undefined ? [] : [toInput(dataset)]
    ),
    ...(aero === undefined ? {} : { aero }),
  };
}

/** Makes of a value what it was. Databases have no infinities: the largest finite numbers stand for them. */
export function toForeignPoint(
  run: WireRun,
): (point: { key: string; value: number; timestamp: number; step: number }) => ForeignPoint {
  const tags = tagsOf(run);
  const stepless = readNames(tags.get(TAG.stepless));
  const names = new Map<string, string>();
  return ({ key, value, timestamp, step }) => {
    let name = names.get(key);
    if (name === undefined) {
      names.set(key, name = unescapeName(key, (hash) => tags.get(`${TAG.name}${hash}`)));
    }
    return {
      name,
      value: Math.abs(value) === Number.MAX_VALUE ? Math.sign(value) * Infinity : value,
      at: timestamp,
      ...(step === 0 && stepless.has(key) ? {} : { step }),
    };
  };
}

function stateOf(status: string, told: string | undefined): EndState | "running" {
  const state = STATES[status] ?? "running";
  // MLflow knows fewer states than aero; whoever set it running again knows better than the tag.
  return state !== "running" && told !== undefined && END_STATES.includes(told) ? told as EndState : state;
}

function aeroOf(tags: ReadonlyMap<string, string>): ForeignRun["aero"] {
  const [run, project, version] = [tags.get(TAG.run), tags.get(TAG.project), tags.get(TAG.version)];
  if (run === undefined || !isRunId(run) || project === undefined) return undefined;
  return version !== undefined && isDigest(version) ? { run, project, version } : undefined;
}

function toInput({ name, digest, source }: { name: string; digest: string; source: string }) {
  const told = sourceOf(source);
  const url = [told["uri"], told["url"], told["path"]].find((text) => typeof text === "string");
  const own = told["digest"];
  return {
    name,
    ...(typeof url === "string" ? { url } : {}),
    ...(typeof own === "string" ? { digest: own } : digest === "" ? {} : { digest }),
  };
}
