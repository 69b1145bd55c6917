import type { Digest } from "../model/digest.ts";
import { type ObjectBody, type Storage, StorageError, type StoredObject } from "../plugin/storage.ts";
import { CHECKED_FROM_BYTES, type CheckedFiles } from "./checked_files.ts";
import { objectCorrupt, verifiedStream } from "./verified_stream.ts";

/**
 * What waits in an outbox, as a body to put elsewhere. It is hashed while it is read, so that bytes which have changed
 * on this disk meanwhile end the put and are stored nowhere: with `object_corrupt`, as do bytes that cannot be read.
 *
 * @param files Reads large ones.
 */
export function heldBody(
  held: Storage,
  { key, size, path }: StoredObject,
  digest: Digest,
  files?: CheckedFiles,
): ObjectBody {
  if (files !== undefined && path !== undefined && size >= CHECKED_FROM_BYTES) {
    const file = { path, size, digest, wrong: (why: string) => objectCorrupt(digest, why) };
    return { size, open: ({ lendsChunks = false } = {}) => files.open(file, lendsChunks) };
  }
  return { size, open: () => verifiedStream(lazyStream(() => held.get(key), digest), { digest, size }) };
}

/** The stream that `open` gives, opened when it is first read. */
function lazyStream(
  open: () => Promise<ReadableStream<Uint8Array>>,
  digest: Digest,
): ReadableStream<Uint8Array> {
  let reader: Promise<ReadableStreamDefaultReader<Uint8Array>> | undefined;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      reader ??= open().then((stream) => stream.getReader());
      try {
        const { done, value } = await (await reader).read();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        // Told from what the storage fails with that it is put to.
        throw error instanceof StorageError ? objectCorrupt(digest, error.message, { cause: error }) : error;
      }
    },
    async cancel(reason) {
      await (await reader)?.cancel(reason);
    },
  }, { highWaterMark: 0 });
}
