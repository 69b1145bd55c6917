import { CorruptionError } from "../errors.ts";
import type { OperationOptions } from "../plugin/context.ts";
import { bytesBody, type Storage, type StoredObject } from "../plugin/storage.ts";
import { LEAST_WINDOW_MS, RELIANCE_MS, YOUNG_MS } from "./collection_times.ts";
import { collectedKey, damagedListKey, PREFIX } from "./keys.ts";

/** A list of condemned keys that cannot be read, and why. */
export interface DamagedList {
  readonly object: StoredObject;
  readonly error: CorruptionError;
}

/** What decides whether a list may go. */
export interface DamagedSituation {
  /** All that lies beside the lists. */
  readonly marks: readonly StoredObject[];
  /** The storage's clock when this collection began; epoch milliseconds. */
  readonly beganAt: number;
  readonly dryRun: boolean;
  /** Whether nobody else uses the storage. */
  readonly alone: boolean;
}

/** How long after a list was found to be damaged nobody can be removing by it any more. */
const OVER_MS = RELIANCE_MS + YOUNG_MS;

/**
 * Removes lists that cannot be read, once nobody can be removing by them any more: before the shortest window is over
 * nobody has begun to, and who began before it was noted that a list cannot be read has ended days after.
 *
 * @returns Those that were removed, or would be.
 * @throws {CorruptionError} `condemned_invalid` for one that may be at work; it is noted then.
 */
export async function* removeDamagedLists(
  storage: Storage,
  lists: readonly DamagedList[],
  { marks, beganAt, dryRun, alone }: DamagedSituation,
  options: OperationOptions,
): AsyncGenerator<StoredObject> {
  for (const { object, error } of lists) {
    const id = object.key.slice(PREFIX.collections.length, -".json".length);
    const noted = marks.find(({ key }) => key === damagedListKey(id));
    const mayBeAtWork = !alone && object.modifiedAt + LEAST_WINDOW_MS <= beganAt &&
      (noted === undefined || noted.modifiedAt + OVER_MS > beganAt);
    if (mayBeAtWork) {
      if (noted === undefined && !dryRun) {
        await storage.put(damagedListKey(id), bytesBody(new Uint8Array()), options);
      }
      throw tooEarly(error, (noted?.modifiedAt ?? beganAt) + OVER_MS);
    }
    yield object;
    if (dryRun) continue;
    await storage.delete(object.key, options);
    await storage.delete(collectedKey(id), options);
    await storage.delete(damagedListKey(id), options);
  }
}

function tooEarly(cause: CorruptionError, safeAt: number): CorruptionError {
  const { what, why } = cause.report;
  // Rounded up, so that who waits until then is not told so again.
  const from = new Date(safeAt + 60_000).toISOString().slice(0, 16);
  return new CorruptionError("condemned_invalid", {
    what,
    ...(why === undefined ? {} : { why: `${why}; another collection may be removing what it lists` }),
    fix: [
      `from ${from}Z on, which removes it: \`aero storage gc\``,
      "if nobody else uses the storage now: `aero storage gc --alone`",
    ],
  }, { cause });
}
