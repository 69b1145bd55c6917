import { createHash } from "node:crypto";
import type { ObjectBody } from "../plugin/storage.ts";
import { fileChanged } from "./file_fault.ts";
import type { IngestedFile } from "./file_reading.ts";
import { fileStream } from "./staging.ts";

/**
 * The bytes of a file that somebody may still write to, if they are still those that were hashed. The last ones are
 * given only once all are known to be right: a service may keep what it has got whole, however the stream ends.
 *
 * The stream fails with {@link UserError} `file_changed`.
 */
export function settledBody(path: string, { size, digest }: IngestedFile): ObjectBody {
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
