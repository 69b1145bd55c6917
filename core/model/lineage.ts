import type { Descriptor } from "./descriptor.ts";
import type { Digest } from "./digest.ts";
import type { JsonObject } from "./json.ts";
import type { RunId } from "./run_id.ts";

/** Where the bytes of a version came from. */
export type Origin =
  | { readonly kind: "run"; readonly run: RunId; readonly output: string }
  | { readonly kind: "added"; readonly by: string; readonly host: string; readonly path: string }
  | {
    readonly kind: "imported";
    readonly by: string;
    readonly host: string;
    readonly url: string;
    /** Of the import's record, which lies beside the manifest's digest. */
    readonly record: Digest;
  };

/** A label of an artifact: `v<number>` stands for these bytes for ever. */
export interface ArtifactLabel {
  readonly schema: "aero/label@1";
  readonly project: string;
  readonly artifact: string;
  /** From 1, without gaps. */
  readonly number: number;
  readonly manifest: Descriptor;
  readonly files: number;
  readonly bytes: number;
  readonly origin: Origin;
  readonly message?: string;
  readonly metadata?: JsonObject;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

/**
 * A version that was made while the storage could not be reached. It lies on one machine and gets its label when it
 * is sent: two machines that are offline never take one number.
 */
export interface PendingVersion extends Omit<ArtifactLabel, "schema" | "number"> {
  readonly schema: "aero/pending-version@1";
  readonly number?: never;
}

/** A version of an artifact: one that everybody sees, or one that waits to be sent. */
export type KnownVersion = ArtifactLabel | PendingVersion;

/** `v3`; `pending` for a version that waits for its label. */
export function labelName(label: { readonly number?: number }): string {
  return label.number === undefined ? "pending" : `v${label.number}`;
}
