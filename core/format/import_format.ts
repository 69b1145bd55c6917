import type { ImportedFile, ImportRecord } from "../model/import.ts";
import type { JsonObject } from "../model/json.ts";
import type { RelativePath } from "../model/relative_path.ts";
import { type DocumentKind, readDocument, writeDocument } from "./document.ts";
import { isSafePath } from "../model/safe_path.ts";
import {
  count,
  digest,
  filledText,
  flag,
  json,
  listOf,
  literal,
  object,
  optional,
  type Shape,
} from "./shape.ts";

const safePath: Shape<RelativePath> = {
  check(value, at, faults) {
    if (typeof value !== "string" || !isSafePath(value)) faults.push(`${at} is not a safe path`);
  },
};

const IMPORT: DocumentKind<ImportRecord> = {
  code: "import",
  title: "the record of an import",
  schema: "aero/import@1",
  shape: object<ImportRecord>({
    schema: literal("aero/import@1"),
    manifest: digest(),
    origin: object<ImportRecord["origin"]>({ url: filledText, options: json<JsonObject>(true) }),
    inPlace: flag,
    files: listOf(object<ImportedFile>({
      path: safePath,
      url: filledText,
      digest: digest(),
      size: count,
      version: optional(filledText),
      etag: optional(filledText),
    })),
  }),
};

/** The bytes of an import's record: canonical JSON. */
export function writeImport(record: ImportRecord): Uint8Array<ArrayBuffer> {
  return writeDocument(IMPORT, record);
}

/**
 * Reads an import's record.
 *
 * @throws {CorruptionError} `import_invalid`.
 * @throws {UserError} `import_newer`.
 */
export function readImport(bytes: Uint8Array): ImportRecord {
  return readDocument(IMPORT, bytes);
}
