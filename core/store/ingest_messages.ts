import type { Digest } from "../model/digest.ts";
import type { IngestedFile } from "./file_reading.ts";
import type { StagedObjects } from "./pack_writer.ts";
import type { PackRules } from "./small_file_ingester.ts";
import type { WorkerFault } from "./worker_fault.ts";

/** How a large file is copied while it is hashed. */
export type LargeCopy =
  | { readonly kind: "none" }
  | { readonly kind: "write"; readonly staged: string }
  | { readonly kind: "ring"; readonly memory: SharedArrayBuffer };

/** What an ingest Worker is told; the next after it has reported. */
export type IngestRequest =
  | { readonly kind: "open"; readonly rules: PackRules }
  | { readonly kind: "small"; readonly paths: readonly string[] }
  | { readonly kind: "large"; readonly path: string; readonly copy: LargeCopy }
  | { readonly kind: "finish" }
  | { readonly kind: "claimed"; readonly wanted: readonly boolean[] }
  | { readonly kind: "taken" };

/** What an ingest Worker says. */
export type IngestReport =
  | { readonly kind: "claim"; readonly digests: readonly Digest[] }
  | { readonly kind: "take"; readonly objects: StagedObjects }
  | { readonly kind: "progress"; readonly bytes: number }
  | { readonly kind: "done"; readonly files: readonly (IngestedFile | undefined)[] }
  | { readonly kind: "fault"; readonly fault: WorkerFault };
