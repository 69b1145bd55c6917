import type { RunId } from "../../../core/model/run_id.ts";
import { type TrackerBatch, type TrackerCursor, TrackerError } from "../../../core/plugin/tracker.ts";

/** Refuses what begins behind what is there. @throws {TrackerError} `tracker_gap`. */
export function refuseGap(run: RunId, from: TrackerCursor, have: TrackerCursor): void {
  if (from.events <= have.events && from.stdout <= have.stdout && from.stderr <= have.stderr) return;
  const tell = ({ events, stdout, stderr }: TrackerCursor) =>
    `${events} events, ${stdout} and ${stderr} bytes of what it printed`;
  throw new TrackerError("tracker_gap", {
    what: `Cannot send the run ${run} to MLflow`,
    why: `it has ${tell(have)}; what was sent begins behind ${tell(from)}`,
  });
}

/** The part of a batch that is not there yet. */
export function behind(from: TrackerCursor, have: TrackerCursor, batch: TrackerBatch): TrackerBatch {
  return {
    events: batch.events.slice(have.events - from.events),
    stdout: cut(batch.stdout, have.stdout - from.stdout),
    stderr: cut(batch.stderr, have.stderr - from.stderr),
  };
}

function cut(text: string, bytes: number): string {
  if (bytes === 0) return text;
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(new TextEncoder().encode(text).subarray(bytes));
}
