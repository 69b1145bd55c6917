import type { OperationOptions } from "../plugin/context.ts";
import { isStorageError } from "../plugin/storage.ts";
import { listDocuments, type StoredDocument } from "./documents.ts";

const ATTEMPTS = 5;

/** As {@link listDocuments}, of documents that others may remove meanwhile: looks again if one is gone. */
export async function listSettled(
  place: Parameters<typeof listDocuments>[0],
  prefix: string,
  pattern: RegExp,
  options: OperationOptions = {},
): Promise<StoredDocument[]> {
  for (let attempt = 1;; attempt++) {
    try {
      return await listDocuments(place, prefix, pattern, options);
    } catch (error) {
      if (!isStorageError(error, "not_found") || attempt === ATTEMPTS) throw error;
    }
  }
}
