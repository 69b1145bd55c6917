import type { RunId } from "../../../core/model/run_id.ts";
import { NOTHING_SENT, type TrackerCursor } from "../../../core/plugin/tracker.ts";
import type { CapturedOut } from "./captured_out.ts";
import type { Collections, RunDocument } from "./documents.ts";
import { MetricWriter } from "./metric_writer.ts";
import { claimedNumber } from "./run_claim.ts";
import { TextFile } from "./text_file.ts";

/** Streams of a program, by the name of the cursor's count. */
export type StreamName = "stdout" | "stderr";

/** What the database has of a run, and what writes more. */
export interface RunProgress {
  readonly number: number;
  readonly revision: number;
  readonly cursor: TrackerCursor;
  readonly ended: boolean;
  readonly captured: CapturedOut;
  /** Ids in `info.metrics`. */
  readonly listed: Set<string>;
  /** By name. */
  readonly metrics: Map<string, MetricWriter>;
  readonly files: Readonly<Record<StreamName, TextFile>>;
}

/** Reads how far a run is; `undefined` for one that is not there. */
export async function loadProgress(at: Collections, run: RunId): Promise<RunProgress | undefined> {
  const number = await claimedNumber(at, run);
  if (number === undefined) return undefined;
  const document = await at.runs.findOne({ _id: number }, {
    projection: { aero: 1, "captured_out": 1, "info.metrics": 1 },
  });
  return document?.aero?.run === run ? progressOf(at, document) : undefined;
}

/** How far a run is; as little of it as can be read. */
export async function loadCursor(at: Collections, run: RunId): Promise<TrackerCursor> {
  const number = await claimedNumber(at, run);
  if (number === undefined) return NOTHING_SENT;
  const document = await at.runs.findOne({ _id: number }, { projection: { aero: 1 } });
  return document?.aero?.run === run ? cursorOf(document) : NOTHING_SENT;
}

/** The writer of one metric. */
export function metricWriter(at: Collections, run: RunId, progress: RunProgress, name: string): MetricWriter {
  const { metrics, number } = progress;
  let writer = metrics.get(name);
  if (writer === undefined) metrics.set(name, writer = new MetricWriter(at, run, number, name));
  return writer;
}

function progressOf(at: Collections, document: RunDocument): RunProgress {
  const { _id: number, aero, captured_out: text = "", info } = document;
  const { run, revision, ended, cut } = aero!;
  const cursor = cursorOf(document);
  const file = (name: StreamName) => new TextFile(at, { run, number, name: `${name}.log` }, cursor[name]);
  return {
    number,
    revision,
    cursor,
    ended,
    captured: { text, cut },
    listed: new Set(info?.metrics?.map(({ id }) => id)),
    metrics: new Map(),
    files: { stdout: file("stdout"), stderr: file("stderr") },
  };
}

function cursorOf({ aero }: RunDocument): TrackerCursor {
  const { events, stdout, stderr } = aero!;
  return { events, stdout, stderr };
}
