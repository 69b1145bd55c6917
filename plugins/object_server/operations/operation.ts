import type { Call } from "./call.ts";
import type { Reply } from "./reply.ts";

/**
 * What a request must be allowed before it runs.
 *
 * `read`, `write`: on the key, or on the bucket itself if there is no key. `list`: read on the prefix of the listing.
 * `self`: the operation asks for itself.
 */
export type Access = "read" | "write" | "list" | "self";

/** One operation of the API. */
export interface Operation {
  /** As in "Amazon S3 API Reference": `PutObject`. */
  readonly name: string;
  readonly access: Access;
  /** Answers; what it throws becomes an error document. */
  run(call: Call): Promise<Reply>;
}
