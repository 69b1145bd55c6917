// deno-lint-ignore-file camelcase -- MLflow's own names
import { createHash } from "node:crypto";
import type { LoggedInput } from "../../../core/model/logged.ts";
import type { LoggedEvent, TrackerEvent } from "../../../core/plugin/tracker.ts";
import { flattenParams, type WireParam } from "./flatten_params.ts";
import { logBatch } from "./log_batch.ts";
import type { MlflowClient } from "./mlflow_client.ts";
import { longestParam } from "./param_limit.ts";
import type { Step } from "./run_lookup.ts";
import { NOTE, tagKey, type WireTag } from "./run_tags.ts";
import { deleteTag } from "./send_remark.ts";
import type { SentRun } from "./sent_run.ts";
import { MOST_TAG, shorten, storable } from "./shorten.ts";
import { emptyAnswer } from "./wire.ts";

/** What a program logged, as a dataset of MLflow. */
interface WireDatasetInput {
  readonly tags: readonly WireTag[];
  readonly dataset: {
    readonly name: string;
    readonly digest: string;
    readonly source_type: string;
    readonly source: string;
  };
}

/**
 * Sends what programs log beside metrics: params, inputs, and the tags that are gone. Again is the same as once.
 *
 * @returns Tags that are to be written with what follows.
 */
export async function sendLogged(
  client: MlflowClient,
  run: SentRun,
  events: readonly TrackerEvent[],
  step: Step,
): Promise<WireTag[]> {
  const logged = events.filter((event) => event.kind === "logged");
  if (logged.length === 0) return [];
  await sendParams(client, run, logged, step);
  const inputs = logged.flatMap(({ facts }) => facts.inputs ?? []);
  if (inputs.length > 0) {
    const body = { run_id: run.id, datasets: inputs.map(toDataset) };
    await client.call({ method: "POST", path: "/runs/log-inputs", body, ...step }, emptyAnswer);
  }
  const tags: WireTag[] = [];
  for (const [key, value] of lastTags(logged)) {
    if (value === null) await deleteTag(client, run.id, key, step);
    else tags.push({ key, value: shorten(value, MOST_TAG, "the run's record") });
  }
  return tags;
}

async function sendParams(client: MlflowClient, run: SentRun, events: readonly LoggedEvent[], step: Step) {
  if (events.every(({ facts }) => facts.params === undefined)) return;
  const most = await longestParam(client, step);
  const params: WireParam[] = [];
  for (const { facts } of events) {
    for (const { key, value } of flattenParams(facts.params ?? {}, most)) {
      const free = freeKey(key, value, run.params);
      if (free === undefined) continue;
      run.params.set(free, value);
      params.push({ key: free, value });
    }
  }
  await logBatch(client, run.id, { params }, step.what, step.signal);
}

/**
 * Where a value can stand: a param of MLflow never changes, so that another value stands beside the first.
 *
 * @returns `undefined` if it stands there already.
 */
function freeKey(key: string, value: string, there: ReadonlyMap<string, string>): string | undefined {
  for (let n = 0;; n++) {
    const candidate = n === 0 ? key : `${key.slice(0, 230)}.changed${n === 1 ? "" : `.${n}`}`;
    const held = there.get(candidate);
    if (held === undefined) return candidate;
    if (held === value) return undefined;
  }
}

/** What tags are to be in the end, by key; the note too. */
function lastTags(events: readonly LoggedEvent[]): ReadonlyMap<string, string | null> {
  const last = new Map<string, string | null>();
  for (const { facts: { tags = {}, note } } of events) {
    for (const [name, value] of Object.entries(tags)) last.set(tagKey(name), value);
    if (note !== undefined) last.set(NOTE, note === "" ? null : note);
  }
  return last;
}

function toDataset({ name, url, digest }: LoggedInput): WireDatasetInput {
  const source = JSON.stringify({
    ...(url === undefined ? {} : { uri: storable(url) }),
    ...(digest === undefined ? {} : { digest: storable(digest) }),
  });
  const own = createHash("sha256").update(source).digest("hex");
  // 36 characters are all that there is room for.
  const short = digest !== undefined && digest !== "" && digest.length <= 36
    ? storable(digest)
    : `${storable(digest ?? "").slice(0, 23).toWellFormed()}${own}`.slice(0, 36);
  return {
    tags: [],
    dataset: {
      name: storable(name === "" ? "data" : name).slice(0, 500).toWellFormed(),
      digest: short,
      source_type: "aero",
      source: source.length <= MOST_SOURCE ? source : JSON.stringify({ cut: `${source.length} characters` }),
    },
  };
}

/** Longest source of a dataset (`MAX_DATASET_SOURCE_SIZE` of MLflow's utils/validation.py). */
const MOST_SOURCE = 65_535;
