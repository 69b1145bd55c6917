import type { ObjectPart, UploadCompletion, UploadedPart } from "../object_engine.ts";
import type { Piece } from "./body_stream.ts";
import type { Row } from "./database.ts";
import { ObjectEngineError } from "./engine_error.ts";
import { parseKept } from "./kept_json.ts";

// 5 MiB: least size of a part but the last, "Amazon S3 multipart upload limits".
const MIN_PART_BYTES = 5 * 1024 * 1024;

/** The parts that a completion names, in order. */
export interface ChosenParts {
  readonly rows: readonly Row[];
  readonly parts: readonly ObjectPart[];
  readonly pieces: readonly Piece[];
}

/** Reads a row of `upload_part`. */
export function uploadedPart(row: Row): UploadedPart {
  return {
    number: row.number as number,
    etag: row.etag as string,
    size: row.size as number,
    modifiedAt: row.modified_at as number,
    checksums: parseKept<UploadedPart["checksums"]>(row.checksums as string),
  };
}

/**
 * The parts that a completion names.
 *
 * @param rows All parts of the upload.
 * @throws {ObjectEngineError} `part_order_invalid`, `part_invalid`, `part_too_small`.
 */
export function choosePartRows(
  rows: readonly Row[],
  uploadId: string,
  { parts: asked, minPartBytes = MIN_PART_BYTES }: UploadCompletion,
): ChosenParts {
  const what = `Cannot complete upload ${uploadId}`;
  if (asked.length === 0) throw new ObjectEngineError("part_invalid", { what, why: "it names no part" });
  const byNumber = new Map(rows.map((row) => [row.number as number, row]));
  let before = 0;
  for (const { number } of asked) {
    if (number <= before) {
      throw new ObjectEngineError("part_order_invalid", {
        what,
        why: `part ${number} follows part ${before}`,
      });
    }
    before = number;
  }

  const chosen = asked.map((part) => {
    const row = byNumber.get(part.number);
    if (row !== undefined && isSame(part, uploadedPart(row))) return row;
    throw new ObjectEngineError("part_invalid", {
      what,
      why: row === undefined ? `it has no part ${part.number}` : `part ${part.number} is another one`,
    }, { details: { part: { number: part.number, etag: part.etag } } });
  });
  for (const row of chosen.slice(0, -1)) {
    if (row.size as number >= minPartBytes) continue;
    throw new ObjectEngineError("part_too_small", {
      what,
      why: `part ${row.number} has ${row.size} bytes, and only the last may have less than ${minPartBytes}`,
    }, { details: { part: uploadedPart(row) } });
  }
  return { rows: chosen, parts: withOffsets(chosen), pieces: chosen.flatMap(toPiece) };
}

function isSame(asked: UploadCompletion["parts"][number], part: UploadedPart): boolean {
  return asked.etag === part.etag &&
    (asked.checksums ?? []).every(({ algorithm, value }) =>
      part.checksums.some((kept) => kept.algorithm === algorithm && kept.value === value)
    );
}

function withOffsets(rows: readonly Row[]): ObjectPart[] {
  let offset = 0;
  return rows.map((row) => {
    const part = { ...uploadedPart(row), offset };
    offset += part.size;
    return part;
  });
}

function toPiece(row: Row): Piece[] {
  if (row.body === null) return [];
  return [{ body: row.body as number, offset: 0, length: row.size as number }];
}
