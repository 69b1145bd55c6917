import type { App } from "../app.ts";
import { UserError } from "../errors.ts";
import type { ForeignRun } from "../plugin/tracker.ts";
import { importTracked, type TrackedImport } from "./import_tracked.ts";
import { parseTracked, trackerNamed } from "./tracked_reference.ts";

/** Which runs to import. */
export interface ImportRequest {
  /** `<tracker>` or `<tracker>:<id>`, as typed; at least one. */
  readonly words: readonly string[];
  /** The tracker's group of runs, for words without an id. */
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

/**
 * Makes runs of trackers runs of this project, one after another; the same again adds nothing.
 *
 * @throws {UserError} `project_not_found`, `tracker_unknown`, `offline`; {TrackerError} `tracked_run_not_found`, ….
 */
export async function* importRuns(
  app: App,
  request: ImportRequest,
): AsyncGenerator<TrackedImport | ImportsDone> {
  await app.requireRoot();
  const counts = { imported: 0, known: 0, skipped: 0 };
  for (const word of request.words) {
    const { tracker, id } = parseTracked(word) ?? { tracker: word, id: undefined };
    if (id !== undefined && request.group !== undefined) throw idAndGroup(word);
    const from = await trackerNamed(app, tracker);
    const signal = { signal: app.signal };
    const { group, limit } = request;
    const runs: AsyncIterable<ForeignRun> | Iterable<ForeignRun> = id === undefined
      ? from.tracker.list({
        ...(group === undefined ? {} : { group }),
        ...(limit === undefined ? {} : { limit }),
      }, signal)
      : [await from.tracker.find(id, signal)];
    for await (const foreign of runs) {
      app.signal.throwIfAborted();
      const done = await importTracked(app, foreign, { from, mostBytes: request.mostBytes });
      counts[done.outcome]++;
      yield done;
    }
  }
  yield { type: "tracker-imports", ...counts };
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
