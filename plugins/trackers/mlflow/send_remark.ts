// deno-lint-ignore-file camelcase -- MLflow's own names
import type { TrackerRemark } from "../../../core/plugin/tracker.ts";
import { logBatch } from "./log_batch.ts";
import type { MlflowClient } from "./mlflow_client.ts";
import type { Step } from "./run_lookup.ts";
import { NOTE, tagKey, type WireTag } from "./run_tags.ts";
import { MOST_TAG, shorten } from "./shorten.ts";
import { emptyAnswer } from "./wire.ts";

/** Sends what people said of a run later. Tags replace themselves, so that again is the same as once. */
export async function sendRemark(
  client: MlflowClient,
  runId: string,
  { tagged, untagged, note }: TrackerRemark,
  step: Step,
): Promise<void> {
  for (const name of untagged) await deleteTag(client, runId, tagKey(name), step);
  if (note === "") await deleteTag(client, runId, NOTE, step);
  const tags: WireTag[] = tagged.map((name) => ({ key: tagKey(name), value: "true" }));
  if (note !== undefined && note !== "") {
    tags.push({ key: NOTE, value: shorten(note, MOST_TAG, "the run's record") });
  }
  if (tags.length > 0) await logBatch(client, runId, { tags }, step.what, step.signal);
}

/** Takes a tag away; one that is not there is gone already. */
export async function deleteTag(client: MlflowClient, runId: string, key: string, step: Step): Promise<void> {
  const body = { run_id: runId, key };
  await client.callIfThere({ method: "POST", path: "/runs/delete-tag", body, ...step }, emptyAnswer);
}
