import { EMPTY_CURSOR, readCursor, type StoredCursor } from "./stored_cursor.ts";
import type { Stream } from "./text_files.ts";
import { TAG } from "./run_tags.ts";
import { tagsOf, type WireRun } from "./wire.ts";
import type { MetricMarks } from "./wire_metrics.ts";

/** A run that aero sends, as the server has it. */
export interface SentRun {
  readonly id: string;
  readonly experiment: string;
  readonly artifactUri: string;
  /** All runs that one command started; empty if no tag tells. */
  readonly group: string;
  cursor: StoredCursor;
  /** Why the server keeps no files of it; absent if it does. */
  noFiles?: string;
  readonly marks: MetricMarks;
  /** As the server has them; never changed there. */
  readonly params: Map<string, string>;
  /** Newest files of its streams, as this process wrote them. */
  readonly newest: Map<Stream, { readonly number: number; readonly bytes: Uint8Array }>;
  /** The run that stands for its group. */
  parent?: string;
}

/** What a run's tags say of how far it was sent. */
export function sentRun(run: WireRun): SentRun {
  const tags = tagsOf(run);
  const noFiles = tags.get(TAG.noFiles);
  const parent = tags.get(TAG.parent);
  return {
    id: run.info.run_id,
    experiment: run.info.experiment_id,
    artifactUri: run.info.artifact_uri,
    group: tags.get(TAG.group) ?? "",
    cursor: tags.has(TAG.cursor) ? readCursor(tags.get(TAG.cursor)) : EMPTY_CURSOR,
    ...(noFiles === undefined ? {} : { noFiles }),
    marks: {
      stepless: readNames(tags.get(TAG.stepless)),
      rounded: readNames(tags.get(TAG.rounded)),
      names: new Map(),
    },
    params: new Map(run.data.params.map(({ key, value }) => [key, value])),
    newest: new Map(),
    ...(parent === undefined ? {} : { parent }),
  };
}

/** Names in a tag: escaped ones have no comma. */
export function readNames(tag: string | undefined): Set<string> {
  return new Set((tag ?? "").split(",").filter((name) => name !== ""));
}

/** A tag of names; as many as it holds, and then dots that say so. */
export function writeNames(names: ReadonlySet<string>, most: number): string {
  let text = "";
  for (const name of [...names].sort()) {
    if (text.length + name.length + 2 > most) return `${text},…`;
    text += text === "" ? name : `,${name}`;
  }
  return text;
}
