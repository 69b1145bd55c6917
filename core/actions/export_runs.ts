import type { App } from "../app.ts";
import { findRun } from "./run_lookups.ts";
import { pastRun } from "./past_runs.ts";
import { sayLater } from "./sync_remarks.ts";
import { sendTo, type TrackerSynced } from "./sync_trackers.ts";
import { trackerNamed } from "./tracked_reference.ts";

/**
 * Sends runs that have ended to a tracker, oldest first, imported ones too, with what people said of them later; what it
 * has of them is not sent again.
 *
 * @param request.runs As a person names them.
 * @throws {UserError} `run_not_found` and others of a name, `tracker_unknown`, `offline`.
 */
export async function exportRuns(
  app: App,
  request: { readonly runs: readonly string[]; readonly to: string },
): Promise<TrackerSynced> {
  const to = await trackerNamed(app, request.to);
  const { services } = await app.openProject();
  const ids = new Set<Awaited<ReturnType<typeof findRun>>>();
  for (const run of request.runs) ids.add(await findRun(app, run));
  const index = await app.index();
  const runs = [...ids].map((run) => index.get(run)!)
    .sort((a, b) => a.startedAt - b.startedAt)
    .map((run) => pastRun(run, services));
  const trackers = await app.trackers();
  const book = await trackers.book();
  await trackers.settle();
  const synced = await sendTo(app, to, runs, book);
  const done = book.completeAt(to);
  return await sayLater(app, to, new Set([...ids].filter((run) => done.has(run))), { synced, book });
}
