import type { FileToWrite } from "./extract_messages.ts";
import type { WorkerFault } from "./worker_fault.ts";

/** Bytes of one piece at most; larger ones fall out of the processor's cache before they are hashed. */
export const PIECE_BYTES = 256 * 1024;
/** Pieces that lie in the memory that two threads share. */
export const PIECE_SLOTS = 24;

/** What a Worker that writes a large file is asked; each in the order in which it was sent. */
export type PieceRequest =
  | { readonly kind: "open"; readonly file: FileToWrite; readonly memory: SharedArrayBuffer }
  /** `length` bytes in `slot` of the memory are those from `offset` on. */
  | { readonly kind: "piece"; readonly slot: number; readonly offset: number; readonly length: number }
  /** All pieces were sent. */
  | { readonly kind: "finish" }
  /** No more pieces come, and nothing is to be left. */
  | { readonly kind: "drop" };

/** What it answers. */
export type PieceReport =
  | { readonly kind: "free"; readonly slot: number }
  /** To `finish` and `drop`. */
  | { readonly kind: "done" }
  /** Nothing is left of the file; all but `open` and `drop` is passed over from here on. */
  | { readonly kind: "fault"; readonly fault: WorkerFault };

/** The bytes of a slot. */
export function slotBytes(memory: SharedArrayBuffer, slot: number): Uint8Array {
  return new Uint8Array(memory, slot * PIECE_BYTES, PIECE_BYTES);
}
