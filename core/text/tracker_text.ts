import type { TrackerSynced } from "../actions/sync_trackers.ts";
import { escapeInline } from "../cli/escape.ts";
import { plural } from "../cli/human.ts";
import type { Style } from "../cli/style.ts";

/** What one tracker got, on a line, and what it lacks on further ones. */
export function trackerSyncText(synced: TrackerSynced, style: Style): string {
  const { tracker, location, runs, left, failed, why, dryRun } = synced;
  const to = escapeInline(`${tracker} at ${location}`);
  const head = dryRun
    ? `Would send ${plural(runs, "run")} to ${to}`
    : runs === 0 && left === 0
    ? style.dim(`${to} has all runs`)
    : `Sent ${plural(runs, "run")} to ${to}`;
  return [
    head,
    ...failed.map((one) => `  ${style.red("not sent")}: ${style.cyan(one.run)} ${escapeInline(one.why)}`),
    ...(left > failed.length
      ? [
        `  ${plural(left - failed.length, "run")} still wait${left - failed.length === 1 ? "s" : ""}: ${
          why === undefined ? "" : `${escapeInline(why)}; `
        }${style.cyan("aero sync")}`,
      ]
      : []),
  ].join("\n");
}
