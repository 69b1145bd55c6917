import type { UpdateFilter } from "mongodb";
import type { RunId } from "../../../core/model/run_id.ts";
import { TrackerError, type TrackerRemark } from "../../../core/plugin/tracker.ts";
import type { Collections, RunDocument } from "./documents.ts";
import { claimedNumber } from "./run_claim.ts";
import { MOST_NOTE_CHARACTERS, MOST_TAG_CHARACTERS } from "./start_document.ts";
import { fitText } from "./thin_value.ts";

/**
 * Sends what people said of a run later; each tag is one change, that others' changes of tags do not meet.
 *
 * @throws {TrackerError} `tracked_run_not_found`. Failures of the driver come out as they are.
 */
export async function sendRemark(
  at: Collections,
  run: RunId,
  { tagged, untagged, note }: TrackerRemark,
): Promise<void> {
  const number = await claimedNumber(at, run);
  const word = (tag: string) => fitText(tag, MOST_TAG_CHARACTERS);
  const changes: object[] = [];
  if (untagged.length > 0) changes.push({ $pullAll: { "omniboard.tags": untagged.map(word) } });
  if (tagged.length > 0) changes.push({ $addToSet: { "omniboard.tags": { $each: tagged.map(word) } } });
  if (note === "") changes.push({ $set: { "meta.comment": "" }, $unset: { "omniboard.notes": "" } });
  else if (note !== undefined) {
    const text = fitText(note, MOST_NOTE_CHARACTERS);
    changes.push({ $set: { "meta.comment": text, "omniboard.notes": text } });
  }
  let found = number !== undefined;
  for (const change of found ? changes : []) {
    const filter = { _id: number!, "aero.run": run };
    const { matchedCount } = await at.runs.updateOne(filter, change as UpdateFilter<RunDocument>);
    found &&= matchedCount === 1;
  }
  if (found) return;
  const what = `Cannot say something of run ${run}`;
  throw new TrackerError("tracked_run_not_found", { what, why: "it is not there" });
}
