import { TrackerError } from "../../../core/plugin/tracker.ts";
import type { RunFiles } from "./run_files.ts";
import type { Step } from "./run_lookup.ts";
import type { SentRun } from "./sent_run.ts";
import type { StreamFile } from "./stored_cursor.ts";

/** A file of a stream that has this many bytes gets no more. The server takes 10 MB; each new line sends all again. */
const FULL_BYTES = 256 * 1024;

/** A stream of a program. */
export type Stream = "stdout" | "stderr";

/** The name of a file of a stream. */
function textFile(stream: Stream, number: number): string {
  return `logs/${stream}-${String(number).padStart(5, "0")}.log`;
}

/**
 * Adds text to a stream: MLflow replaces files whole, so there are numbered ones, and the newest is written again.
 *
 * @param from Byte of the stream where the text begins.
 * @returns The file that goes on from here.
 * @throws {TrackerError} `tracker_refused` if the newest file is shorter than it was; `tracker_unavailable`.
 */
export async function addText(
  files: RunFiles,
  run: SentRun,
  stream: Stream,
  from: number,
  text: string,
  step: Step,
): Promise<StreamFile> {
  const bytes = new TextEncoder().encode(text);
  const last = run.cursor.files[stream];
  const file = last === undefined || from - last.begins >= FULL_BYTES
    ? { number: (last?.number ?? 0) + 1, begins: from }
    : last;
  const before = await beginningOf(files, run, stream, file, from, step);
  const whole = new Uint8Array(before.length + bytes.length);
  whole.set(before);
  whole.set(bytes, before.length);
  const refused = await files.write(run, textFile(stream, file.number), whole, step);
  if (refused !== undefined) {
    throw new TrackerError("tracker_unavailable", {
      what: step.what,
      why: `what it printed is not kept: ${refused}`,
    });
  }
  run.newest.set(stream, { number: file.number, bytes: whole });
  return file;
}

/** What the newest file had: remembered, or read when another process wrote it. */
async function beginningOf(
  files: RunFiles,
  run: SentRun,
  stream: Stream,
  file: StreamFile,
  from: number,
  step: Step,
): Promise<Uint8Array> {
  const length = from - file.begins;
  if (length === 0) return new Uint8Array();
  const known = run.newest.get(stream);
  if (known?.number === file.number && known.bytes.length >= length) return known.bytes.subarray(0, length);
  const body = await files.read(run.id, textFile(stream, file.number), step);
  const bytes = body === undefined
    ? new Uint8Array()
    : new Uint8Array(await new Response(body as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer());
  if (bytes.length >= length) return bytes.subarray(0, length);
  throw new TrackerError("tracker_refused", {
    what: step.what,
    why: `${
      textFile(stream, file.number)
    } of the run ${run.id} has ${bytes.length} bytes; ${length} were sent`,
  });
}
