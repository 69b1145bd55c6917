import { CorruptionError } from "../errors.ts";
import {
  readStoreMarker,
  STORE_MARKER,
  type StoreMarker,
  writeStoreMarker,
} from "../format/store_marker_format.ts";
import type { OperationOptions } from "../plugin/context.ts";
import {
  bytesBody,
  isStorageError,
  type ObjectBody,
  type Storage,
  type StorageKey,
} from "../plugin/storage.ts";
import { MARKER_KEY } from "./keys.ts";
import { readAll } from "./verified_stream.ts";
import { OutboxStorage } from "./wrap/outbox.ts";

/**
 * Reads the marker of the store in a storage; one without a marker gets it.
 *
 * @throws {CorruptionError} `store_marker_invalid`, which says how it is had again.
 * @throws {UserError} `store_marker_newer`.
 */
export async function readMarker(storage: Storage, signal: AbortSignal): Promise<StoreMarker> {
  try {
    return readStoreMarker(await readAll(await storage.get(MARKER_KEY, { signal })));
  } catch (error) {
    if (error instanceof CorruptionError && error.code === "store_marker_invalid") {
      // It decides only how objects are laid out, so that nothing rests on its bytes.
      const fix = [
        `remove ${MARKER_KEY} from the storage: the next command makes it anew, and all else stays`,
      ];
      throw new CorruptionError(error.code, { ...error.report, fix }, { cause: error });
    }
    if (!isStorageError(error, "not_found")) throw error;
  }
  await putIfAbsent(storage, MARKER_KEY, bytesBody(writeStoreMarker()), { signal });
  return readStoreMarker(await readAll(await storage.get(MARKER_KEY, { signal })));
}

/** The marker; what a store made today has, if the storage is away: it decides only how objects are laid out. */
export async function readKnownMarker(storage: Storage, signal: AbortSignal): Promise<StoreMarker> {
  try {
    return await readMarker(storage, signal);
  } catch (error) {
    const isAway = storage instanceof OutboxStorage && storage.isAway;
    if (isAway && isStorageError(error, "unavailable")) return STORE_MARKER;
    throw error;
  }
}

/** Puts bytes that are the same whoever writes them: that they are there already is success. */
export async function putIfAbsent(
  storage: Storage,
  key: StorageKey,
  body: ObjectBody,
  options: OperationOptions,
): Promise<void> {
  try {
    await storage.put(key, body, { ...options, ifAbsent: true });
  } catch (error) {
    if (!isStorageError(error, "exists")) throw error;
  }
}
