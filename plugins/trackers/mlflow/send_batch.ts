import type { EndState } from "../../../core/model/run.ts";
import type { TrackerBatch, TrackerEvent } from "../../../core/plugin/tracker.ts";
import type { Parts } from "./begin_run.ts";
import { logBatch } from "./log_batch.ts";
import { sendLogged } from "./logged_facts.ts";
import { type LoggedModels, sendOutput } from "./outputs.ts";
import { setStatus } from "./run_group.ts";
import type { Step } from "./run_lookup.ts";
import { TAG, type WireTag } from "./run_tags.ts";
import { type SentRun, writeNames } from "./sent_run.ts";
import { MOST_TAG, shorten } from "./shorten.ts";
import { type StoredCursor, writeCursor } from "./stored_cursor.ts";
import { addText, type Stream } from "./text_files.ts";
import { wireMetrics } from "./wire_metrics.ts";

const STATUS = {
  succeeded: "FINISHED",
  failed: "FAILED",
  aborted: "KILLED",
  lost: "FAILED",
} as const satisfies Record<
  EndState,
  string
>;

/**
 * Sends what comes behind the cursor of a run, and then the cursor. Whatever was sent before a failure is sent again
 * by the next try, and is there once: values that are equal in name, time, step and value count once at the server,
 * and all else replaces itself.
 */
export async function sendBatch(
  parts: Parts,
  run: SentRun,
  fresh: TrackerBatch,
  models: LoggedModels,
  step: Step,
): Promise<void> {
  const { client } = parts;
  const tags: WireTag[] = [];
  const cursor: StoredCursor = structuredClone(run.cursor);
  for (const stream of ["stdout", "stderr"] as const) {
    await sendText(parts, run, stream, fresh[stream], cursor, step);
  }
  for (const event of fresh.events) {
    if (event.kind === "output") tags.push(await sendOutput(parts, run, event, models, step));
  }
  tags.push(...await sendLogged(client, run, fresh.events, step));
  const metrics = wireMetrics(fresh.events, run.marks);
  tags.push(...markTags(run));
  const end = fresh.events.find((event) => event.kind === "ended");
  cursor.events += fresh.events.length;
  if (end !== undefined) {
    await logBatch(client, run.id, { metrics, tags: [...tags, ...endTags(end)] }, step.what, step.signal);
    await setStatus(client, run.id, STATUS[end.state], end.at, step);
    cursor.ended = true;
    const last = [{ key: TAG.cursor, value: writeCursor(cursor) }];
    await logBatch(client, run.id, { tags: last }, step.what, step.signal);
  } else {
    tags.push({ key: TAG.cursor, value: writeCursor(cursor) });
    await logBatch(client, run.id, { metrics, tags }, step.what, step.signal);
  }
  run.cursor = cursor;
}

async function sendText(
  parts: Parts,
  run: SentRun,
  stream: Stream,
  text: string,
  cursor: StoredCursor,
  step: Step,
): Promise<void> {
  if (text === "") return;
  if (run.noFiles === undefined) {
    const file = await addText(parts.files, run, stream, cursor[stream], text, step);
    cursor.files[stream] = file;
  }
  cursor[stream] += new TextEncoder().encode(text).length;
}

/** What the values and files lost, visibly. */
function markTags({ marks, noFiles }: SentRun): WireTag[] {
  const tags: WireTag[] = [];
  if (marks.stepless.size > 0) tags.push({ key: TAG.stepless, value: writeNames(marks.stepless, MOST_TAG) });
  if (marks.rounded.size > 0) tags.push({ key: TAG.rounded, value: writeNames(marks.rounded, MOST_TAG) });
  for (const [hash, name] of marks.names) {
    tags.push({ key: `${TAG.name}${hash}`, value: shorten(name, MOST_TAG, "the run's journal") });
  }
  if (noFiles !== undefined) {
    tags.push({ key: TAG.noFiles, value: shorten(noFiles, 500, "the server's log") });
  }
  return tags;
}

function endTags({ state, exit, reason }: Extract<TrackerEvent, { kind: "ended" }>): WireTag[] {
  const tags: WireTag[] = [{ key: TAG.state, value: state }];
  if (exit !== undefined) {
    const how = exit.how === "exited"
      ? `exited ${exit.code}`
      : exit.how === "signalled"
      ? exit.signal
      : "out of memory";
    tags.push({ key: "aero.exit", value: how });
  }
  if (reason !== undefined) {
    tags.push({ key: "aero.reason", value: shorten(reason, MOST_TAG, "the run's record") });
  }
  return tags;
}
