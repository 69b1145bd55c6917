import type { RunRecord } from "../model/run.ts";
import { type DocumentKind, readDocument, writeDocument } from "./document.ts";
import { recordShape } from "./run_shape.ts";

const RECORD: DocumentKind<RunRecord> = {
  code: "record",
  title: "the record of a run",
  schema: "aero/record@1",
  shape: recordShape,
};

/** The bytes of a record: canonical JSON. */
export function writeRecord(record: RunRecord): Uint8Array<ArrayBuffer> {
  return writeDocument(RECORD, record);
}

/**
 * Reads a record.
 *
 * @throws {CorruptionError} `record_invalid`.
 * @throws {UserError} `record_newer`.
 */
export function readRecord(bytes: Uint8Array): RunRecord {
  return readDocument(RECORD, bytes);
}
