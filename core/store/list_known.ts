import type { OperationOptions } from "../plugin/context.ts";
import { isStorageError, type Storage, type StoredObject } from "../plugin/storage.ts";
import { OutboxStorage } from "./wrap/outbox.ts";

/**
 * Lists what a storage holds; while it is away, what is known of that. For names that people look at: who removes what
 * is not listed must use the storage itself.
 */
export async function* listKnown(
  storage: Storage,
  prefix: string,
  options: OperationOptions = {},
): AsyncGenerator<StoredObject> {
  try {
    yield* storage.list(prefix, options);
  } catch (error) {
    if (!(storage instanceof OutboxStorage) || !storage.isAway) throw error;
    if (!isStorageError(error, "unavailable")) throw error;
  }
}
