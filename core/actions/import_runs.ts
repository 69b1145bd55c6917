import type { App } from "../app.ts";
import { UserError } from "../errors.ts";
import type { ForeignRun } from "../plugin/tracker.ts";
import type { NamedTracker } from "../plugin/named_tracker.ts";
import { mapInOrder } from "../store/concurrent.ts";
import { importTracked, type TrackedImport } from "./import_tracked.ts";
import { parseTracked, trackerNamed } from "./tracked_reference.ts";
import { trackedRuns } from "./tracked_runs.ts";

/** Which runs to import. */
export interface ImportRequest {
  /** `<tracker>` or `<tracker>:<id>`, as typed; at least one. */
  readonly words: readonly string[];
  /** The tracker's group of runs, for words without an id; `*` for all. Absent: as {@link trackedRuns} chooses it. */
  readonly group?: string;
  /** Most runs of one word without an id, newest first. */
  readonly limit?: number;
  /** Most bytes of files of a run. */
  readonly mostBytes: number;
}

/** The sum of an import. */
export interface ImportsDone {
  readonly type: "tracker-imports";
  readonly imported: number;
  /** That were here already. */
  readonly known: number;
  readonly skipped: number;
}

/** Runs that are imported at the same time. */
const LANES = 6;

/**
 * Makes runs of trackers runs of this project, several at a time and told in order; the same again adds nothing.
 *
 * @throws {UserError} `project_not_found`, `tracker_unknown`, `offline`; {TrackerError} `tracked_run_not_found`, ….
 */
export async function* importRuns(
  app: App,
  request: ImportRequest,
): AsyncGenerator<TrackedImport | ImportsDone> {
  await app.requireRoot();
  const counts = { imported: 0, known: 0, skipped: 0 };
  const imports = mapInOrder(chosenRuns(app, request), LANES, async ({ foreign, from }) => {
    app.signal.throwIfAborted();
    return await importTracked(app, foreign, { from, mostBytes: request.mostBytes });
  });
  for await (const done of imports) {
    counts[done.outcome]++;
    yield done;
  }
  yield { type: "tracker-imports", ...counts };
}

/** The runs that words name, each once. */
async function* chosenRuns(
  app: App,
  { words, group, limit }: ImportRequest,
): AsyncGenerator<{ readonly foreign: ForeignRun; readonly from: NamedTracker }> {
  const signal = { signal: app.signal };
  const seen = new Set<string>();
  for (const word of words) {
    const { tracker, id } = parseTracked(word) ?? { tracker: word, id: undefined };
    if (id !== undefined && group !== undefined) throw idAndGroup(word);
    const from = await trackerNamed(app, tracker);
    const runs = id === undefined
      ? trackedRuns(app, from, {
        ...(group === undefined ? {} : { asked: group }),
        ...(limit === undefined ? {} : { limit }),
      })
      : [await from.tracker.find(id, signal)];
    for await (const foreign of runs) {
      const key = JSON.stringify([from.key, foreign.id]);
      if (!seen.has(key)) yield { foreign, from };
      seen.add(key);
    }
  }
}

function idAndGroup(word: string): UserError {
  return new UserError("group_with_id", {
    what: `Cannot import ${JSON.stringify(word)} of a group`,
    why: "the id of a run names it in all groups",
    fix: [
      `leave out --group, or the id: \`aero tracker import ${
        word.slice(0, word.indexOf(":"))
      } --group NAME\``,
    ],
  });
}
