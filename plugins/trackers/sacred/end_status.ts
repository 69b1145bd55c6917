import type { EndState } from "../../../core/model/run.ts";

/** States as Sacred writes them; Omniboard has colours for no others. */
export const STATUS_OF: Readonly<Record<EndState, string>> = {
  succeeded: "COMPLETED",
  failed: "FAILED",
  aborted: "INTERRUPTED",
  lost: "FAILED",
};

const STATE_OF: Readonly<Record<string, EndState | "running">> = {
  COMPLETED: "succeeded",
  FAILED: "failed",
  TIMEOUT: "failed",
  INTERRUPTED: "aborted",
  RUNNING: "running",
  QUEUED: "running",
};

// Omniboard takes a run for dead whose last beat is older than two minutes, server/runs.response.js.
const DEAD_AFTER_MS = 120_000;

/**
 * The state that a status stands for. Programs may give statuses of their own, by which they end early.
 *
 * @param heardAt Epoch milliseconds of the last beat; a run that goes on without one for long is lost.
 */
export function stateOf(
  status: string | undefined,
  heardAt: number | undefined,
  now: number,
): EndState | "running" {
  const state = STATE_OF[status ?? ""] ?? "aborted";
  const silent = heardAt !== undefined && now - heardAt > DEAD_AFTER_MS;
  return status === "RUNNING" && silent ? "lost" : state;
}
