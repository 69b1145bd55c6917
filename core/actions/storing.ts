import { StorageError } from "../plugin/storage.ts";

/**
 * Does what stores things. A storage that refuses is told as what could not be done, not as the object that happened to
 * be under way.
 *
 * @param what `Cannot add "/data/counts.csv" as the artifact "counts"`.
 * @throws {StorageError} `denied` and `full` with this `what`; all else as `work` throws it.
 */
export async function storing<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StorageError) || (error.code !== "denied" && error.code !== "full")) throw error;
    throw new StorageError(error.code, { ...error.report, what }, { cause: error });
  }
}
