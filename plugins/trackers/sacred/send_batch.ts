import type { PushOperator } from "mongodb";
import type { RunId } from "../../../core/model/run_id.ts";
import {
  NOTHING_SENT,
  type TrackerBatch,
  type TrackerCursor,
  TrackerError,
  type TrackerEvent,
} from "../../../core/plugin/tracker.ts";
import { appendOut } from "./captured_out.ts";
import type { Collections, RunDocument } from "./documents.ts";
import { type ArtifactEntry, ensureIndexes, putFile } from "./grid_file.ts";
import type { MetricEntry } from "./metric_writer.ts";
import { pointsByName } from "./points_by_name.ts";
import { endFields, outputFile } from "./event_fields.ts";
import { loggedChange } from "./logged_change.ts";
import { claimRun } from "./run_claim.ts";
import { loadProgress, metricWriter, type RunProgress } from "./run_progress.ts";
import { startDocument, VERSION_FILE } from "./start_document.ts";

// Omniboard looks through the list for each run of its table.
const MOST_LISTED_METRICS = 20_000;
const JSON_TYPE = { contentType: "application/json" };

/** What a batch adds to what a run has. */
interface Addition {
  readonly events: readonly TrackerEvent[];
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

/**
 * Sends a batch, from where the database is.
 *
 * Points, files and chunks go first, each written such that it is there once however often it comes; the run's own
 * document last, in one change together with the cursor. Whoever ends in between has left nothing that the next one
 * would write twice.
 *
 * @param known What the database had when this process last looked; looked up again where it does not fit.
 * @returns What the database has now; `undefined` if it does not know the run.
 * @throws {TrackerError} `tracker_gap`, `tracker_ended`. Failures of the driver come out as they are.
 */
export async function sendBatch(
  at: Collections,
  run: RunId,
  known: RunProgress | undefined,
  from: TrackerCursor,
  batch: TrackerBatch,
): Promise<RunProgress | undefined> {
  let progress = known !== undefined && isSame(known.cursor, from) ? known : await loadProgress(at, run);
  for (;;) {
    const cursor = progress?.cursor ?? NOTHING_SENT;
    refuseGap(run, from, cursor);
    const added = behind(cursor, from, batch);
    const isEmpty = added.events.length + added.stdout.length + added.stderr.length === 0;
    if (progress === undefined) {
      if (isEmpty) return undefined;
      progress = await begin(at, run, added.events[0]);
      continue;
    }
    if (isEmpty) {
      if (!progress.ended) await beat(at, run, progress);
      return progress;
    }
    if (progress.ended) throw endedError(run);
    if (await write(at, run, progress, added)) return await next(at, run, progress, added);
    progress = await loadProgress(at, run);
  }
}

async function begin(at: Collections, run: RunId, first: TrackerEvent | undefined) {
  if (first?.kind !== "started") throw gapError(run, "its beginning is left out");
  await claimRun(at, run, (number) => startDocument(number, first.started));
  return await loadProgress(at, run);
}

/** Writes all that is added; `false` if another writer changed the run meanwhile, so that it is to be looked at. */
async function write(at: Collections, run: RunId, progress: RunProgress, added: Addition): Promise<boolean> {
  const { number, revision, cursor } = progress;
  const ended = added.events.find((event) => event.kind === "ended");
  if (ended !== undefined && added.events.at(-1) !== ended) throw endedError(run);
  const metrics: MetricEntry[] = [];
  for (const [name, points] of pointsByName(added.events, cursor.events)) {
    metrics.push(...await metricWriter(at, run, progress, name).take(points));
  }
  await progress.files.stdout.append(added.stdout);
  await progress.files.stderr.append(added.stderr);
  const artifacts = await putArtifacts(at, run, progress, added);
  const captured = capturedBehind(progress, added);
  const unlisted = metrics.filter(({ id }) => !progress.listed.has(id))
    .slice(0, Math.max(0, MOST_LISTED_METRICS - progress.listed.size));
  const push = {
    ...(artifacts.length === 0 ? {} : { artifacts: { $each: artifacts } }),
    ...(unlisted.length === 0 ? {} : { "info.metrics": { $each: unlisted } }),
  };
  const behindIt = cursorBehind(cursor, added);
  const logged = await loggedChange(at, number, added.events);
  const { matchedCount } = await at.runs.updateOne({
    _id: number,
    "aero.run": run,
    "aero.revision": revision,
    ...logged.filter,
  }, {
    $set: {
      heartbeat: new Date(),
      ...logged.set,
      ...(captured === progress.captured ? {} : { captured_out: captured.text }),
      ...(ended === undefined ? {} : endFields(ended)),
      "aero.revision": revision + 1,
      "aero.events": behindIt.events,
      "aero.stdout": behindIt.stdout,
      "aero.stderr": behindIt.stderr,
      "aero.cut": captured.cut,
      "aero.ended": ended !== undefined,
    },
    ...(Object.keys(logged.unset).length === 0 ? {} : { $unset: logged.unset }),
    ...(Object.keys(push).length === 0 ? {} : { $push: push as unknown as PushOperator<RunDocument> }),
  });
  for (const { id } of unlisted) progress.listed.add(id);
  return matchedCount === 1;
}

/** Files of what is added: the version's document, outputs, and at the end what was printed. */
async function putArtifacts(at: Collections, run: RunId, progress: RunProgress, { events }: Addition) {
  const { number, files } = progress;
  const artifacts: ArtifactEntry[] = [];
  for (const event of events) {
    if (event.kind === "started") {
      await ensureIndexes(at);
      const bytes = new TextEncoder().encode(event.started.versionDocument);
      artifacts.push(await putFile(at, { run, number, name: VERSION_FILE }, bytes, JSON_TYPE));
    } else if (event.kind === "output") {
      const { name, bytes, metadata } = outputFile(event);
      artifacts.push(await putFile(at, { run, number, name }, bytes, { ...JSON_TYPE, metadata }));
    } else if (event.kind === "ended") {
      for (const file of [files.stdout, files.stderr]) {
        const artifact = await file.close();
        if (artifact !== undefined) artifacts.push(artifact);
      }
    }
  }
  return artifacts;
}

async function beat({ runs }: Collections, run: RunId, { number }: RunProgress): Promise<void> {
  await runs.updateOne({ _id: number, "aero.run": run, "aero.ended": false }, {
    $set: { heartbeat: new Date() },
  });
}

/** What the database has after {@link write}; forgotten at the end, when nothing more can come. */
async function next(at: Collections, run: RunId, progress: RunProgress, added: Addition) {
  if (added.events.at(-1)?.kind === "ended") return await loadProgress(at, run);
  return {
    ...progress,
    revision: progress.revision + 1,
    cursor: cursorBehind(progress.cursor, added),
    captured: capturedBehind(progress, added),
  };
}

function capturedBehind({ captured }: RunProgress, { stdout, stderr }: Addition) {
  if (stdout.length + stderr.length === 0) return captured;
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  return appendOut(captured, decoder.decode(stdout) + decoder.decode(stderr));
}

/** What of a batch comes behind a cursor. */
function behind(cursor: TrackerCursor, from: TrackerCursor, batch: TrackerBatch): Addition {
  const encoder = new TextEncoder();
  return {
    events: batch.events.slice(cursor.events - from.events),
    stdout: encoder.encode(batch.stdout).subarray(cursor.stdout - from.stdout),
    stderr: encoder.encode(batch.stderr).subarray(cursor.stderr - from.stderr),
  };
}

function cursorBehind(cursor: TrackerCursor, { events, stdout, stderr }: Addition): TrackerCursor {
  return {
    events: cursor.events + events.length,
    stdout: cursor.stdout + stdout.length,
    stderr: cursor.stderr + stderr.length,
  };
}

function isSame(a: TrackerCursor, b: TrackerCursor): boolean {
  return a.events === b.events && a.stdout === b.stdout && a.stderr === b.stderr;
}

function refuseGap(run: RunId, from: TrackerCursor, has: TrackerCursor): void {
  for (const part of ["events", "stdout", "stderr"] as const) {
    if (from[part] > has[part]) {
      throw gapError(run, `it has ${has[part]} of ${part}, and ${from[part]} are left out`);
    }
  }
}

function gapError(run: RunId, why: string): TrackerError {
  return new TrackerError("tracker_gap", { what: `Cannot take events of run ${run}`, why });
}

function endedError(run: RunId): TrackerError {
  return new TrackerError("tracker_ended", { what: `Cannot take events of run ${run}`, why: "it has ended" });
}
