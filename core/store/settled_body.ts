import { createHash } from "node:crypto";
import type { ObjectBody } from "../plugin/storage.ts";
import { CHECKED_FROM_BYTES, type CheckedFiles } from "./checked_files.ts";
import { fileChanged, fileUnreadable } from "./file_fault.ts";
import type { IngestedFile } from "./file_reading.ts";
import { fileStream } from "./staging.ts";

/**
 * The bytes of a file that somebody may still write to, if they are still those that were hashed. The last ones are
 * given only once all are known to be right: a service may keep what it has got whole, however the stream ends.
 *
 * The stream fails with {@link UserError} `file_changed`.
 *
 * @param files Reads large ones.
 */
export function settledBody(path: string, { size, digest }: IngestedFile, files?: CheckedFiles): ObjectBody {
  if (files !== undefined && size >= CHECKED_FROM_BYTES) {
    const wrong = (why: string, isUnreadable: boolean) =>
      isUnreadable ? fileUnreadable(path, why) : fileChanged(path);
    return {
      size,
      open: ({ lendsChunks = false } = {}) => files.open({ path, size, digest, wrong }, lendsChunks),
    };
  }
  return {
    size,
    open() {
      const hash = createHash("sha256");
      let held: Uint8Array | undefined;
      let seen = 0;
      return fileStream(path).pipeThrough(
        new TransformStream<Uint8Array, Uint8Array>({
          transform(chunk, controller) {
            hash.update(chunk);
            seen += chunk.length;
            if (seen > size) throw fileChanged(path);
            if (held !== undefined) controller.enqueue(held);
            held = chunk;
          },
          flush(controller) {
            if (`sha256:${hash.digest("hex")}` !== digest) throw fileChanged(path);
            if (held !== undefined) controller.enqueue(held);
          },
        }),
      );
    },
  };
}
