import { canonicalJson } from "../format/canonical_json.ts";
import { digestOf } from "../format/digest_of.ts";
import type { RunAnnotation, RunWords } from "../model/annotation.ts";
import { type RunLogged, shownNote } from "../model/logged.ts";
import type { RunId } from "../model/run_id.ts";
import type { TrackerRemark } from "../plugin/tracker.ts";

/** What people said of a run later, to be told to trackers. */
export interface RunRemark {
  readonly run: RunId;
  readonly remark: TrackerRemark;
  /** Whether others' code made the run: then it is sent nowhere by itself, and a tracker that lacks it is owed nothing. */
  readonly imported: boolean;
  /** Equal for equal remarks. */
  readonly digest: string;
}

/** A run as it is with all that was said of it. */
export interface RemarkedRun extends RunWords {
  readonly run: RunId;
  readonly logged?: RunLogged;
  /** Present if others' code made it. */
  readonly imported?: unknown;
}

/**
 * All that was said of a run later, together: of each tag that was ever given or taken away, whether the run has it.
 *
 * @returns `undefined` if nothing was said.
 */
export function runRemark(
  { run, tags, note, logged, imported }: RemarkedRun,
  annotations: readonly RunAnnotation[],
): RunRemark | undefined {
  if (annotations.length === 0) return undefined;
  const said = new Set(annotations.flatMap(({ tagged = [], untagged = [] }) => [...tagged, ...untagged]));
  const ordered = [...said].sort();
  const remark: TrackerRemark = {
    tagged: ordered.filter((tag) => tags.includes(tag)),
    untagged: ordered.filter((tag) => !tags.includes(tag)),
    ...(annotations.some((one) => one.note !== undefined) ? { note: shownNote(note, logged?.note) } : {}),
  };
  return { run, remark, imported: imported !== undefined, digest: digestOf(canonicalJson(remark)) };
}
