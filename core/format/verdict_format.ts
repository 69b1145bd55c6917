import type { VerdictRecord } from "../model/run.ts";
import { type DocumentKind, readDocument, writeDocument } from "./document.ts";
import { verdictShape } from "./run_shape.ts";

const VERDICT: DocumentKind<VerdictRecord> = {
  code: "verdict",
  title: "the verdict on a run",
  schema: "aero/verdict@1",
  shape: verdictShape,
};

/** The bytes of a verdict: canonical JSON. */
export function writeVerdict(verdict: VerdictRecord): Uint8Array<ArrayBuffer> {
  return writeDocument(VERDICT, verdict);
}

/**
 * Reads a verdict.
 *
 * @throws {CorruptionError} `verdict_invalid`.
 * @throws {UserError} `verdict_newer`.
 */
export function readVerdict(bytes: Uint8Array): VerdictRecord {
  return readDocument(VERDICT, bytes);
}
