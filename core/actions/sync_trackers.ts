import type { App } from "../app.ts";
import type { MirrorBook } from "../mirror/mirror_book.ts";
import { type PastRun, sendHistory } from "../mirror/send_history.ts";
import { troubleText } from "../mirror/unopened_tracker.ts";
import type { NamedTracker } from "../plugin/named_tracker.ts";
import { pastRuns } from "./past_runs.ts";
import { lackingRemarks, sayLater } from "./sync_remarks.ts";

/** What a tracker got, or would get. */
export interface TrackerSynced {
  readonly type: "tracker-sync";
  readonly dryRun: boolean;
  /** Its name. */
  readonly tracker: string;
  readonly location: string;
  /** Runs of which it has everything now, and had not before as far as was known here. */
  readonly runs: number;
  /** Runs that it had whole already, which was not known here. */
  readonly had: number;
  /** Runs that it still lacks. */
  readonly left: number;
  /** Runs that could not be sent, each for a reason of its own; they count as left. */
  readonly failed: readonly { readonly run: string; readonly why: string }[];
  /** Runs that it has, and of which it was told what people said later, or would be. */
  readonly remarks: number;
  /** Of these, those that it was not told of. */
  readonly remarksLeft: number;
  /** Why it takes nothing at all. */
  readonly why?: string;
}

/**
 * Sends each tracker of the config the runs that it lacks, oldest first; runs that were made before it was configured too.
 * Then what people said later of those that it has. No tracker waits for another.
 */
export async function* syncTrackers(
  app: App,
  { dryRun }: { readonly dryRun: boolean },
): AsyncGenerator<TrackerSynced> {
  const trackers = await app.trackers();
  if (trackers.sections.length === 0 || app.isOffline) return;
  const runs = await pastRuns(app);
  const book = await trackers.book();
  const all = await trackers.all();
  // Runs that were mended by this command are on their way already.
  if (!dryRun) await trackers.settle();
  const results = all.map(async (to) => {
    const done = book.completeAt(to);
    const lacking = runs.filter(({ run }) => !done.has(run));
    if (!dryRun) {
      const synced = await sendTo(app, to, lacking, book);
      return await sayLater(app, to, book.completeAt(to), { synced, book });
    }
    const after = new Set([...done, ...lacking.map(({ run }) => run)]);
    return planned(to, lacking.length, (await lackingRemarks(app, to, after, book)).length);
  });
  try {
    for (const synced of results) yield await synced;
  } finally {
    await Promise.allSettled(results);
  }
}

/** Sends runs to one tracker, with progress. */
export async function sendTo(
  app: App,
  to: NamedTracker,
  runs: readonly PastRun[],
  book: MirrorBook,
): Promise<TrackerSynced> {
  using progress = app.printer.progress({
    label: `Sending runs to ${to.name}`,
    unit: "items",
    total: runs.length,
  });
  const { sent, had, failed, left, away } = await sendHistory(to, runs, {
    signal: app.signal,
    book,
    onRun: () => progress.add(1),
  });
  return {
    ...planned(to, sent.length, 0),
    dryRun: false,
    had: had.length,
    left: left.length + failed.length,
    failed: failed.map(({ run, error }) => ({ run, why: troubleText(error) })),
    ...(away === undefined ? {} : { why: troubleText(away) }),
  };
}

function planned(to: NamedTracker, runs: number, remarks: number): TrackerSynced {
  return {
    type: "tracker-sync",
    dryRun: true,
    tracker: to.name,
    location: to.tracker.location,
    runs,
    had: 0,
    left: 0,
    failed: [],
    remarks,
    remarksLeft: 0,
  };
}
