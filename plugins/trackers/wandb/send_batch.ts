import type { TrackerBatch, TrackerCursor, TrackerEvent } from "../../../core/plugin/tracker.ts";
import { logOutput } from "./artifacts.ts";
import { beginRun } from "./begin_run.ts";
import type { CallOptions, Connection } from "./connection.ts";
import { sendLogged } from "./logged_facts.ts";
import type { RunPath } from "./run_path.ts";
import { RunStream } from "./run_stream.ts";
import type { SentRun } from "./sent_run.ts";

/** Whether what begins at `from` leaves something out. */
export function isGap(from: TrackerCursor, has: TrackerCursor): boolean {
  return from.events > has.events || from.stdout > has.stdout || from.stderr > has.stderr;
}

/** What of a batch is new. */
export function behind(from: TrackerCursor, has: TrackerCursor, batch: TrackerBatch): TrackerBatch {
  return {
    events: batch.events.slice(has.events - from.events),
    stdout: cutBytes(batch.stdout, has.stdout - from.stdout),
    stderr: cutBytes(batch.stderr, has.stderr - from.stderr),
  };
}

function cutBytes(text: string, bytes: number): string {
  if (bytes === 0) return text;
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(new TextEncoder().encode(text).subarray(bytes));
}

/** What is to be sent, all of it new. Without anything it is a sign of life. */
export interface FreshBatch {
  readonly path: RunPath;
  /** As the server has it; absent: the first event begins it. */
  readonly sent: SentRun | undefined;
  readonly batch: TrackerBatch;
}

/** Sends what is new. Its events come in order, the text before the end of the run. */
export async function sendBatch(
  connection: Connection,
  { path, sent: known, batch }: FreshBatch,
  options: CallOptions,
  hooks: { readonly onTaken: (sent: SentRun) => void; readonly onStopped: () => void },
): Promise<void> {
  const events = [...batch.events];
  let sent = known;
  let uploaded: readonly string[] = [];
  const [first] = events;
  if (sent === undefined && first?.kind === "started") {
    ({ sent, uploaded } = await beginRun(connection, path, first.started, options));
  }
  if (sent === undefined) throw new TypeError(`Run ${path.run} was not begun`);
  const told = await sendLogged(connection, sent, events, options);
  sent = told.sent;
  uploaded = [...new Set([...uploaded, ...told.uploaded])];
  const stream = new RunStream(connection, sent, uploaded, options);
  Object.assign(stream, hooks);
  const ended = events.find((event) => event.kind === "ended");
  for (const event of events) {
    if (event.kind === "metrics") await stream.addPoints(event.points);
    if (event.kind === "output") {
      const { artifact, manifest, label } = event.output;
      const pointer = {
        name: artifact,
        digest: manifest.digest,
        size: manifest.size,
        ...(label === undefined ? {} : { label }),
        ...(event.url === undefined ? {} : { url: event.url }),
      };
      await logOutput(connection, sent.path, pointer, options);
      stream.addResult(`aero/output/${event.name}`, `${artifact}${label === undefined ? "" : `:${label}`}`);
    }
  }
  stream.addText(batch.stdout, batch.stderr);
  const { cursor } = sent.progress;
  const counted: TrackerCursor = {
    events: cursor.events + events.length - (ended === undefined ? 0 : 1),
    stdout: cursor.stdout + byteLength(batch.stdout),
    stderr: cursor.stderr + byteLength(batch.stderr),
  };
  stream.count(counted);
  if (events.length === 0 && batch.stdout === "" && batch.stderr === "") return await stream.beat();
  await stream.flush();
  if (ended === undefined) return;
  stream.addResult("aero/state", ended.state);
  if (ended.reason !== undefined) stream.addResult("aero/reason", ended.reason);
  stream.count({ ...counted, events: counted.events + 1 });
  await stream.complete({ state: ended.state, at: ended.at }, exitCodeOf(ended));
}

/** 0 makes a run `finished`, any other `failed`; 255 is what W&B's own client ends with when it is stopped. */
function exitCodeOf({ state, exit }: Extract<TrackerEvent, { kind: "ended" }>): number {
  if (state === "succeeded") return 0;
  if (state !== "failed") return 255;
  return exit?.how === "exited" && exit.code !== 0 ? exit.code : 1;
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
