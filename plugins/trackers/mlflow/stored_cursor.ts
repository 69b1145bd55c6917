import * as z from "zod";
import { NOTHING_SENT, type TrackerCursor } from "../../../core/plugin/tracker.ts";

const count = z.int().nonnegative();
/** The newest file of a stream: its number from 1 on, and the byte of the stream that it begins with. */
const file = z.object({ number: count, begins: count });

/** The tag `aero.cursor`: how much of a run is there. Kept beside what it counts, and written behind it. */
const schema = z.object({
  events: count,
  stdout: count,
  stderr: count,
  files: z.object({ stdout: file.exactOptional(), stderr: file.exactOptional() }).default({}),
  ended: z.boolean().default(false),
});

/** What {@link readCursor} reads. */
export type StoredCursor = z.infer<typeof schema>;
/** Place in the files of a stream. */
export type StreamFile = z.infer<typeof file>;

/** The cursor of a run that was made and has nothing yet. */
export const EMPTY_CURSOR: StoredCursor = { ...NOTHING_SENT, files: {}, ended: false };

/** Reads the tag; one that is absent, or that people wrote, counts as nothing: what is sent again is there once. */
export function readCursor(tag: string | undefined): StoredCursor {
  if (tag === undefined) return EMPTY_CURSOR;
  try {
    return schema.parse(JSON.parse(tag));
  } catch {
    return EMPTY_CURSOR;
  }
}

/** Writes the tag. */
export function writeCursor(cursor: StoredCursor): string {
  return JSON.stringify(cursor);
}

/** What callers are told of it. */
export function toTrackerCursor({ events, stdout, stderr }: StoredCursor): TrackerCursor {
  return { events, stdout, stderr };
}
