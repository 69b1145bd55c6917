import type { App } from "../app.ts";
import { UserError } from "../errors.ts";
import { annotatedRun, instantAfter, type RunAnnotation, type RunWords } from "../model/annotation.ts";
import type { RunSummary } from "../history/run_summary.ts";
import type { RunId } from "../model/run_id.ts";
import { findRun } from "./run_lookups.ts";
import { importedRunId } from "./tracked_reference.ts";

/** What is to hold of a run from now on. */
export interface RunRemark {
  readonly tag?: readonly string[];
  readonly untag?: readonly string[];
  /** Empty: no note any more. */
  readonly note?: string;
}

/** A run's tags and note after a remark. */
export interface AnnotatedRun extends RunWords {
  readonly type: "run-annotation";
  readonly run: string;
  readonly stage: string;
  /** Whether anything is other than before; what is not is not written. */
  readonly changed: boolean;
  /** Trackers that were not told of it yet. */
  readonly waiting: readonly string[];
}

/**
 * Says of a run what it is called or what it is about, and tells that to trackers. Its record stays as it is.
 *
 * @throws {UserError} `run_not_found`, `run_ambiguous`, `tag_invalid`.
 */
export async function annotateRun(app: App, reference: string, remark: RunRemark): Promise<AnnotatedRun> {
  const { tag = [], untag = [], note } = remark;
  for (const name of [...tag, ...untag]) refuseEmpty(name);
  const run = await findRun(app, reference);
  const { services } = await app.openProject();
  const { archive, index } = services;
  const project = index.get(run)!.project;
  const known = await archive.annotations(project, run);
  index.addAnnotations(known);
  const before = index.get(run)!;
  const tagged = [...new Set(tag)].filter((name) => !before.tags.includes(name));
  const untagged = [...new Set(untag)].filter((name) => before.tags.includes(name));
  const told = { type: "run-annotation", run, stage: before.stage } as const;
  if (tagged.length === 0 && untagged.length === 0 && (note === undefined || note === (before.note ?? ""))) {
    const waiting = await tellTrackers(app, before);
    return { ...told, ...annotatedRun(before, []), changed: false, waiting };
  }
  const { user, hostname } = await services.describeHost();
  const annotation: RunAnnotation = {
    schema: "aero/run-annotation@1",
    run,
    ...(tagged.length === 0 ? {} : { tagged }),
    ...(untagged.length === 0 ? {} : { untagged }),
    ...(note === undefined ? {} : { note }),
    by: user,
    host: hostname,
    at: instantAfter(known, services.now()),
  };
  await archive.putAnnotation(project, annotation);
  index.addAnnotations([annotation]);
  const waiting = await tellTrackers(app, before);
  return { ...told, ...annotatedRun(before, [annotation]), changed: true, waiting };
}

/** Also where nothing changed: an earlier call may have found a tracker away. */
async function tellTrackers(app: App, { run, imported }: RunSummary): Promise<string[]> {
  const trackers = await app.trackers();
  const waiting = await trackers.tell(run, imported !== undefined);
  if (imported !== undefined) await sayWhereItIsFrom(app, run, imported);
  return waiting;
}

/** A tracker whose own the run is has it under an id of its own, and is not told, unless the run was sent there too. */
async function sayWhereItIsFrom(
  app: App,
  run: RunId,
  { tracker, id }: NonNullable<RunSummary["imported"]>,
): Promise<void> {
  const trackers = await app.trackers();
  const origin = (await trackers.all()).find((from) => importedRunId(from, id) === run);
  if (origin !== undefined && (await trackers.book()).knows(origin, run)) return;
  const name = origin?.name ?? tracker;
  app.printer.note(`the run is ${name}'s own, and ${name} is not told of this: say it there`);
}

function refuseEmpty(tag: string): void {
  if (tag.trim() !== "" && tag.isWellFormed()) return;
  throw new UserError("tag_invalid", {
    what: `Cannot use ${JSON.stringify(tag)} as a tag`,
    why: "it has no letters, or is not valid Unicode",
  });
}
