import type { App } from "../app.ts";
import type { MirrorBook } from "../mirror/mirror_book.ts";
import type { RunRemark } from "../mirror/run_remark.ts";
import { sendRemarks } from "../mirror/send_remarks.ts";
import { troubleText } from "../mirror/unopened_tracker.ts";
import type { RunId } from "../model/run_id.ts";
import type { NamedTracker } from "../plugin/named_tracker.ts";
import type { TrackerSynced } from "./sync_trackers.ts";

/** What was said later of runs that a tracker has, and what it was not told of as far as is known here. */
export async function lackingRemarks(
  app: App,
  to: NamedTracker,
  runs: ReadonlySet<RunId>,
  book: MirrorBook,
): Promise<RunRemark[]> {
  const trackers = await app.trackers();
  const annotated = (await app.index()).annotated().filter((run) => runs.has(run)).sort();
  const remarks = await Promise.all(annotated.map((run) => trackers.remarkOf(run)));
  const told = book.remarked(to);
  return remarks.filter((remark) => remark !== undefined)
    .filter(({ run, digest }) => told.get(run) !== digest);
}

/**
 * Tells a tracker what was said later of runs that it has.
 *
 * @param context.synced What it got of runs; one that takes nothing is not asked again.
 * @returns What it got in all.
 */
export async function sayLater(
  app: App,
  to: NamedTracker,
  runs: ReadonlySet<RunId>,
  { synced, book }: { readonly synced: TrackerSynced; readonly book: MirrorBook },
): Promise<TrackerSynced> {
  const remarks = await lackingRemarks(app, to, runs, book);
  if (synced.why !== undefined) return { ...synced, remarksLeft: remarks.length };
  const { sent, left } = await sendRemarks(to, remarks, { signal: app.signal, book });
  const [first] = left;
  return {
    ...synced,
    remarks: sent.length,
    remarksLeft: left.length,
    ...(first === undefined ? {} : { why: troubleText(first.error) }),
  };
}
