import type {
  ListOptions,
  ListUploadsOptions,
  ListVersionsOptions,
  ObjectPage,
  UploadPage,
  VersionPage,
} from "../object_engine.ts";
import type { Database, Row } from "./database.ts";
import { type BucketRow, findVersion } from "./find_version.ts";
import { justAfter } from "./key_order.ts";
import { type Position, rollUp, type Walk } from "./roll_up.ts";
import { uploadFromRow } from "./upload_row.ts";
import { deleteMarker, publicVersionId, storedObject, VERSION_COLUMNS, versionRow } from "./version_row.ts";

// Above every key, whose last character can be U+10FFFF: compares greater, as no key has so many.
const NO_END = "\u{10FFFF}".repeat(257);

/** A page of current objects. */
export function listCurrent(database: Database, bucket: BucketRow, options: ListOptions): ObjectPage {
  const walk: Walk<Row> = {
    keyOf: (row) => row.key as string,
    fetch: (position, end, count) =>
      database.all(
        `SELECT ${VERSION_COLUMNS} FROM current WHERE bucket = ? AND key >= ? AND key < ? AND marker = 0
         ORDER BY key LIMIT ?`,
        bucket.id,
        "from" in position ? position.from : justAfter(position.past.key as string),
        end ?? NO_END,
        count,
      ),
  };
  const { rows, commonPrefixes, last } = rollUp(walk, options, options.after);
  return {
    objects: rows.map((row) => storedObject(versionRow(row), true)),
    commonPrefixes,
    ...(last && { next: "row" in last ? last.row.key as string : last.prefix }),
  };
}

const BOTH = `SELECT ${VERSION_COLUMNS}, 1 AS latest FROM current WHERE bucket = ? AND key >= ? AND key < ?
  UNION ALL SELECT ${VERSION_COLUMNS}, 0 FROM noncurrent WHERE bucket = ? AND key >= ? AND key < ?
  ORDER BY key, seq DESC LIMIT ?`;
const OLDER = `SELECT ${VERSION_COLUMNS}, 0 AS latest FROM noncurrent
  WHERE bucket = ? AND key = ? AND seq < ? ORDER BY seq DESC LIMIT ?`;

/** A page of all versions. @throws {ObjectEngineError} `version_id_invalid`. */
export function listAll(database: Database, bucket: BucketRow, options: ListVersionsOptions): VersionPage {
  const walk: Walk<Row> = {
    keyOf: (row) => row.key as string,
    fetch(position, end = NO_END, count) {
      if ("from" in position) {
        return database.all(BOTH, bucket.id, position.from, end, bucket.id, position.from, end, count);
      }
      const { key, seq } = position.past;
      const rows = database.all(OLDER, bucket.id, key!, seq!, count);
      if (rows.length === count) return rows;
      const from = justAfter(key as string);
      return [
        ...rows,
        ...database.all(BOTH, bucket.id, from, end, bucket.id, from, end, count - rows.length),
      ];
    },
  };
  const start = versionPosition(database, bucket, options);
  const { rows, commonPrefixes, last } = rollUp(walk, options, options.keyMarker, start);
  return {
    versions: rows.map((row) =>
      row.marker === 1
        ? deleteMarker(versionRow(row), row.latest === 1)
        : storedObject(versionRow(row), row.latest === 1)
    ),
    commonPrefixes,
    ...(last && {
      next: "row" in last
        ? {
          keyMarker: last.row.key as string,
          versionIdMarker: publicVersionId(last.row.version_id as string),
        }
        : { keyMarker: last.prefix },
    }),
  };
}

function versionPosition(
  database: Database,
  bucket: BucketRow,
  { keyMarker, versionIdMarker, prefix = "" }: ListVersionsOptions,
): Position<Row> | undefined {
  if (keyMarker === undefined || versionIdMarker === undefined || versionIdMarker === "") return undefined;
  if (!keyMarker.startsWith(prefix)) return undefined;
  const found = findVersion(database, bucket.id, { key: keyMarker, versionId: versionIdMarker });
  if (found !== undefined) return { past: { key: keyMarker, seq: found.row.seq } };
  // A version that was removed meanwhile still has its place; a null version has not, and its key begins again.
  return versionIdMarker === "null"
    ? { from: keyMarker }
    : { past: { key: keyMarker, seq: Number.parseInt(versionIdMarker.slice(0, 12), 16) } };
}

/** A page of uploads under way. */
export function listUploads(database: Database, bucket: BucketRow, options: ListUploadsOptions): UploadPage {
  const { keyMarker, uploadIdMarker } = options;
  const walk: Walk<Row> = {
    keyOf: (row) => row.key as string,
    fetch: (position, end, count) =>
      "from" in position
        ? database.all(
          "SELECT * FROM upload WHERE bucket = ? AND key >= ? AND key < ? ORDER BY key, id LIMIT ?",
          bucket.id,
          position.from,
          end ?? NO_END,
          count,
        )
        : database.all(
          "SELECT * FROM upload WHERE bucket = ? AND (key, id) > (?, ?) AND key < ? ORDER BY key, id LIMIT ?",
          bucket.id,
          position.past.key!,
          position.past.id!,
          end ?? NO_END,
          count,
        ),
  };
  const goesOn = keyMarker !== undefined && uploadIdMarker !== undefined && uploadIdMarker !== "" &&
    keyMarker.startsWith(options.prefix ?? "");
  const start = goesOn ? { past: { key: keyMarker, id: uploadIdMarker } } : undefined;
  const { rows, commonPrefixes, last } = rollUp(walk, options, keyMarker, start);
  return {
    uploads: rows.map((row) => uploadFromRow(bucket.name, row)),
    commonPrefixes,
    ...(last && {
      next: "row" in last
        ? { keyMarker: last.row.key as string, uploadIdMarker: last.row.id as string }
        : { keyMarker: last.prefix },
    }),
  };
}
