import { createHash } from "node:crypto";
import { ObjectId } from "mongodb";
import type { RunId } from "../../../core/model/run_id.ts";

/**
 * The id of something that belongs to a run: always the same, so that what is written twice is there once.
 *
 * @param number The run's own in `runs`.
 */
export function objectIdOf(run: RunId, number: number, ...words: readonly (string | number)[]): ObjectId {
  const digest = createHash("sha256").update(JSON.stringify([run, number, ...words])).digest();
  // An ObjectId has 12 bytes; nobody reads the time that they usually begin with.
  return new ObjectId(new Uint8Array(digest.subarray(0, 12)));
}
