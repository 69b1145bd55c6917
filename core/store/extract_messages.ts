import type { Digest } from "../model/digest.ts";
import type { WorkerFault } from "./worker_fault.ts";

/** A file to write. */
export interface FileToWrite {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  /** Absolute. Its folder exists, it does not. */
  readonly path: string;
  readonly executable: boolean;
}

/** Files whose bytes are in one buffer. */
export interface ExtractRequest {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly files: readonly { readonly file: FileToWrite; readonly at: number }[];
}

/** What comes of an {@link ExtractRequest}. */
export type ExtractReport =
  | { readonly kind: "done" }
  | { readonly kind: "fault"; readonly fault: WorkerFault };
