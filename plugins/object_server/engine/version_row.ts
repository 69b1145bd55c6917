import type { DeleteMarker, ObjectAttributes, Retention, StoredObject } from "../object_engine.ts";
import type { Row } from "./database.ts";
import { parseKept } from "./kept_json.ts";

/** Columns of `current` and `noncurrent`, in the order in which {@link VersionRow} is written. */
export const VERSION_COLUMNS =
  "bucket, key, seq, version_id, marker, modified_at, size, etag, body, parts, owner, storage_class, retain_mode, " +
  "retain_until, hold, attributes";

/** One version as it lies in the database. */
export interface VersionRow {
  readonly bucket: number;
  readonly key: string;
  readonly seq: number;
  /** Empty for the null version. */
  readonly versionId: string;
  readonly marker: boolean;
  readonly modifiedAt: number;
  readonly size: number;
  readonly etag: string;
  readonly body: number | undefined;
  readonly parts: number;
  readonly owner: string;
  readonly storageClass: string;
  readonly retention: Retention | undefined;
  readonly hold: boolean | undefined;
  /** JSON of {@link KeptAttributes}. */
  readonly attributes: string;
}

type KeptAttributes = Pick<ObjectAttributes, "headers" | "metadata" | "tags" | "checksums">;

/** Reads a row of `current` or `noncurrent`. */
export function versionRow(row: Row): VersionRow {
  return {
    bucket: row.bucket as number,
    key: row.key as string,
    seq: row.seq as number,
    versionId: row.version_id as string,
    marker: row.marker === 1,
    modifiedAt: row.modified_at as number,
    size: row.size as number,
    etag: row.etag as string,
    body: row.body === null ? undefined : row.body as number,
    parts: row.parts as number,
    owner: row.owner as string,
    storageClass: row.storage_class as string,
    retention: row.retain_mode === null
      ? undefined
      : { mode: row.retain_mode as Retention["mode"], until: row.retain_until as number },
    hold: row.hold === null ? undefined : row.hold === 1,
    attributes: row.attributes as string,
  };
}

/** The values of {@link VERSION_COLUMNS}. */
export function versionValues(row: VersionRow): (string | number | null)[] {
  return [
    row.bucket,
    row.key,
    row.seq,
    row.versionId,
    row.marker ? 1 : 0,
    row.modifiedAt,
    row.size,
    row.etag,
    row.body ?? null,
    row.parts,
    row.owner,
    row.storageClass,
    row.retention?.mode ?? null,
    row.retention?.until ?? null,
    row.hold === undefined ? null : row.hold ? 1 : 0,
    row.attributes,
  ];
}

/** The part of the attributes that has no column of its own. */
export function attributesText(attributes: KeptAttributes): string {
  const { headers, metadata, tags, checksums } = attributes;
  return JSON.stringify({ headers, metadata, tags, checksums });
}

/** The name that clients have for a version. */
export function publicVersionId(versionId: string): string {
  return versionId === "" ? "null" : versionId;
}

/** A row with a body, as the contract tells it. */
export function storedObject(row: VersionRow, isLatest: boolean): StoredObject {
  return {
    kind: "object",
    key: row.key,
    versionId: publicVersionId(row.versionId),
    isLatest,
    size: row.size,
    modifiedAt: row.modifiedAt,
    etag: row.etag,
    owner: row.owner,
    storageClass: row.storageClass,
    ...(row.parts === 0 ? {} : { partCount: row.parts }),
    ...(row.retention === undefined ? {} : { retention: row.retention }),
    ...(row.hold === undefined ? {} : { legalHold: row.hold }),
    ...parseKept<KeptAttributes>(row.attributes),
  };
}

/** A row without a body, as the contract tells it. */
export function deleteMarker(row: VersionRow, isLatest: boolean): DeleteMarker {
  return {
    kind: "delete_marker",
    key: row.key,
    versionId: publicVersionId(row.versionId),
    isLatest,
    modifiedAt: row.modifiedAt,
    owner: row.owner,
  };
}
