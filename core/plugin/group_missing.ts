import { nearest } from "../model/nearest.ts";
import { TrackerError } from "./tracker.ts";

/** How many names are told of those that are there. */
const MOST_NAMES = 8;

/**
 * The error for a group of runs that a tracker does not have.
 *
 * @param asked The name that was asked for.
 * @param why What is missing, in the tracker's words.
 * @param names Those that are there: the nearest is told, or else the first ones.
 */
export function groupMissing(asked: string, why: string, names: readonly string[]): TrackerError {
  const near = nearest(asked, names);
  const told = names.slice(0, MOST_NAMES).join(", ") + (names.length > MOST_NAMES ? ", …" : "");
  const fix = near !== undefined ? `write \`${near}\`` : `it has ${told}`;
  return new TrackerError("tracked_group_not_found", {
    what: `Cannot find the group of runs ${JSON.stringify(asked)}`,
    why,
    ...(names.length === 0 ? {} : { fix: [fix] }),
  });
}
