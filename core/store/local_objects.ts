import type { Digest } from "../model/digest.ts";

/**
 * Copies of objects on this machine, which can be made again. What they give is checked by whoever reads it.
 */
export interface LocalObjects {
  /** The bytes of an object; `undefined` if there is no copy. */
  open(digest: Digest): ReadableStream<Uint8Array> | undefined;
  /** Keeps a copy, if it is worth it and there is room; a failure is no more than no copy. */
  keep(digest: Digest, bytes: Uint8Array): Promise<void>;
  /** Removes a copy that was found to be wrong. */
  discard(digest: Digest): void;
}
