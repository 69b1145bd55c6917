import { createHash } from "node:crypto";
import { CorruptionError } from "../errors.ts";
import type { Digest } from "../model/digest.ts";

/** What bytes should be; `size` is left out where only the digest is known. */
export interface Expected {
  readonly digest: Digest;
  /** Bytes. */
  readonly size?: number;
}

/**
 * The same bytes, checked: the stream ends well only if size and digest are right.
 *
 * @throws {CorruptionError} `object_corrupt`, while it is read: too long, too short, or of another digest.
 */
export function verifiedStream(
  source: ReadableStream<Uint8Array>,
  expected: Expected,
): ReadableStream<Uint8Array> {
  const hash = createHash("sha256");
  const reader = source.getReader();
  let seen = 0;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (!done) {
        seen += value.length;
        if (expected.size !== undefined && seen > expected.size) {
          const error = objectCorrupt(expected.digest, `it is longer than its ${expected.size} bytes`);
          await reader.cancel(error).catch(() => {});
          throw error;
        }
        hash.update(value);
        controller.enqueue(value);
        return;
      }
      if (expected.size !== undefined && seen < expected.size) {
        throw objectCorrupt(expected.digest, `it has ${seen} of its ${expected.size} bytes`);
      }
      const found = hash.digest("hex");
      if (`sha256:${found}` !== expected.digest) {
        throw objectCorrupt(expected.digest, `its bytes hash to sha256:${found}`);
      }
      controller.close();
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}

/** The error for bytes that are not what their digest says. */
export function objectCorrupt(digest: Digest, why: string, options?: ErrorOptions): CorruptionError {
  return new CorruptionError("object_corrupt", {
    what: `Cannot read the object ${digest}`,
    why,
    fix: ["`aero storage fsck`"],
  }, options);
}

/** The error for an object that something lists and the storage does not have. */
export function objectMissing(digest: Digest, location: string, options?: ErrorOptions): CorruptionError {
  return new CorruptionError("object_missing", {
    what: `Cannot read the object ${digest}`,
    why: `it is not in ${location}`,
    fix: ["`aero storage fsck`"],
  }, options);
}

/** All bytes of a stream. */
export async function readAll(stream: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of stream) {
    parts.push(part);
    size += part.length;
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
