import type { JsonObject } from "./json.ts";
import type { RunId } from "./run_id.ts";

/** Who said something of a run or version after it was stored, and when. */
interface Said {
  /** User name. */
  readonly by: string;
  /** Host name. */
  readonly host: string;
  /** Epoch milliseconds; later than all that its writer knew of the same run or version. */
  readonly at: number;
}

/** Tags and a note that a run got after it began; immutable, kept beside its record. */
export interface RunAnnotation extends Said {
  readonly schema: "aero/run-annotation@1";
  readonly run: RunId;
  /** Tags that it has from now on. */
  readonly tagged?: readonly string[];
  /** Tags that it no longer has. */
  readonly untagged?: readonly string[];
  /** What stands for its note from now on; empty: it has none. */
  readonly note?: string;
}

/** A note and metadata that a version of an artifact got after it was stored; immutable, kept beside its label. */
export interface VersionAnnotation extends Said {
  readonly schema: "aero/version-annotation@1";
  readonly project: string;
  readonly artifact: string;
  /** Of the label. */
  readonly number: number;
  /** Stands for its note from now on; empty: it has none. */
  readonly note?: string;
  /** Fields of the metadata, each with its value from now on. */
  readonly metadata?: JsonObject;
  /** Fields that the metadata no longer has. */
  readonly removed?: readonly string[];
}

/** What a run is called and said to be. */
export interface RunWords {
  readonly tags: readonly string[];
  readonly note?: string;
}

/** What a version is said to be. */
export interface VersionWords {
  /** Absent if nobody has said anything since the version was stored. */
  readonly note?: string;
  readonly metadata: JsonObject;
}

/**
 * What holds of a run's tags and note after some annotations: of each tag, and of the note, the newest says.
 *
 * To apply annotations again to what it gives, with others or without, is the same as to apply all of them once.
 */
export function annotatedRun(
  { tags, note }: RunWords,
  annotations: readonly Omit<RunAnnotation, "schema" | "run">[],
): RunWords {
  const held = new Set(tags);
  let said = note;
  for (const annotation of oldestFirst(annotations)) {
    for (const tag of annotation.untagged ?? []) held.delete(tag);
    for (const tag of annotation.tagged ?? []) held.add(tag);
    said = annotation.note ?? said;
  }
  return { tags: [...held], ...(said === undefined || said === "" ? {} : { note: said }) };
}

/**
 * What holds of a version after some annotations: of the note, and of each field of the metadata, the newest says.
 *
 * @param metadata That of its label.
 */
export function annotatedVersion(
  metadata: JsonObject | undefined,
  annotations: readonly VersionAnnotation[],
): VersionWords {
  const fields = new Map(Object.entries(metadata ?? {}));
  let said: string | undefined;
  for (const annotation of oldestFirst(annotations)) {
    for (const field of annotation.removed ?? []) fields.delete(field);
    for (const [field, value] of Object.entries(annotation.metadata ?? {})) fields.set(field, value);
    said = annotation.note ?? said;
  }
  return {
    metadata: Object.fromEntries(fields),
    ...(said === undefined || said === "" ? {} : { note: said }),
  };
}

/** The instant of a new annotation: no clock that is behind lets it lose against those that its writer has seen. */
export function instantAfter(annotations: readonly { readonly at: number }[], now: number): number {
  return annotations.reduce((latest, { at }) => Math.max(latest, at + 1), now);
}

/** In the order in which they hold; those of one instant in one that is the same for everybody. */
function oldestFirst<A extends { readonly at: number }>(annotations: readonly A[]): A[] {
  const named = annotations.map((annotation) => ({ annotation, name: JSON.stringify(annotation) }));
  return named
    .sort((a, b) => a.annotation.at - b.annotation.at || (a.name < b.name ? -1 : 1))
    .map(({ annotation }) => annotation);
}
