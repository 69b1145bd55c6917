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

/** `v3`. */
export function labelName(label: Pick<ArtifactLabel, "number">): string {
  return `v${label.number}`;
}
