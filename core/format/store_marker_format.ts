import { type DocumentKind, readDocument, writeDocument } from "./document.ts";
import { literal, object, ordinal } from "./shape.ts";

/** What a store says of itself, written once at `aero.json`. */
export interface StoreMarker {
  readonly schema: "aero/store@1";
  /** Objects smaller than this lie in packs; bytes. */
  readonly packBelowBytes: number;
  /** A pack is closed before it grows past this; bytes. */
  readonly packMaxBytes: number;
}

/** The marker of a store that is made today; the same bytes from every writer. */
export const STORE_MARKER: StoreMarker = {
  schema: "aero/store@1",
  packBelowBytes: 512 * 1024,
  packMaxBytes: 64 * 1024 * 1024,
};

const MARKER: DocumentKind<StoreMarker> = {
  code: "store_marker",
  title: "the marker of a store, aero.json",
  schema: "aero/store@1",
  shape: object<StoreMarker>({
    schema: literal("aero/store@1"),
    packBelowBytes: ordinal,
    packMaxBytes: ordinal,
  }),
};

/** The bytes of a store marker: canonical JSON. */
export function writeStoreMarker(marker: StoreMarker = STORE_MARKER): Uint8Array<ArrayBuffer> {
  return writeDocument(MARKER, marker);
}

/**
 * Reads a store marker.
 *
 * @throws {CorruptionError} `store_marker_invalid`.
 * @throws {UserError} `store_marker_newer`: the store has a format that this aero must not write to.
 */
export function readStoreMarker(bytes: Uint8Array): StoreMarker {
  return readDocument(MARKER, bytes);
}
