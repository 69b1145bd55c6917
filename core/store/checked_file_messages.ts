/** Bytes of one slot; on a busy machine the threads wait for each other at each of them. */
export const SLOT_BYTES = 1024 * 1024;
/** Slots of one file: some are read into while another is looked at. */
export const SLOTS = 3;

/** What a Worker that reads files is asked. */
export type CheckedFileRequest =
  & { readonly id: number }
  & (
    /** Begins a file that is to have this size and digest, 64 hex digits. */
    | {
      readonly kind: "open";
      readonly path: string;
      readonly size: number;
      readonly hex: string;
      readonly memory: SharedArrayBuffer;
    }
    /** Fills a slot with what comes next. */
    | { readonly kind: "fill"; readonly slot: number }
    /** Nothing more is wanted. */
    | { readonly kind: "close" }
  );

/** What it answers. */
export type CheckedFileReport =
  & { readonly id: number }
  & (
    /** So much is in a slot; 0 past the end. */
    | { readonly kind: "filled"; readonly slot: number; readonly length: number }
    /** The bytes are others than they should be, or cannot be read; why, for people. Nothing else is answered after it. */
    | { readonly kind: "wrong" | "unreadable"; readonly why: string }
  );

/** The bytes of a slot. */
export function slotOf(memory: SharedArrayBuffer, slot: number): Uint8Array {
  return new Uint8Array(memory, slot * SLOT_BYTES, SLOT_BYTES);
}
