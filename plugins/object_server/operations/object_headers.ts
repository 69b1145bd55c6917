import { type ChecksumAlgorithm, checksumHeader } from "../../s3_protocol/checksums.ts";
import { S3Fault } from "../../s3_protocol/errors.ts";
import { quoteEtag } from "../../s3_protocol/etags.ts";
import { MAX_METADATA_BYTES } from "../../s3_protocol/multipart_limits.ts";
import { httpDate, isoDate } from "../../s3_protocol/timestamp.ts";
import { toByteText } from "../http/encode_head.ts";
import type { HeaderList } from "../http/http_message.ts";
import type { StoredChecksum, StoredObject } from "../object_engine.ts";
import type { Query } from "./query.ts";

const META = "x-amz-meta-";
/** Headers that are kept with an object and given back. */
const KEPT = [
  "content-type",
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "expires",
  "x-amz-website-redirect-location",
];
/** What an object is that says nothing of itself: "Amazon S3 API Reference, PutObject". */
const DEFAULT_TYPE = "binary/octet-stream";

/** Content headers of a request, by lower-case name. @param headers One character a byte. */
export function readContentHeaders(headers: ReadonlyMap<string, string>): Record<string, string> {
  const kept: Record<string, string> = { "content-type": DEFAULT_TYPE };
  for (const name of KEPT) {
    const value = name === "content-encoding" ? storedEncoding(headers.get(name)) : headers.get(name);
    if (value !== undefined && value !== "") kept[name] = value;
  }
  return kept;
}

/** `aws-chunked` is how the body travels, not what the object is. */
function storedEncoding(text: string | undefined): string | undefined {
  if (text === undefined || !/aws-chunked/i.test(text)) return text;
  return text.split(",").map((word) => word.trim())
    .filter((word) => word !== "" && word.toLowerCase() !== "aws-chunked").join(", ");
}

/**
 * User metadata of a request, by lower-case name without its prefix.
 *
 * @param headers By lower-case name; one character a byte.
 * @throws {S3Fault} `MetadataTooLarge`.
 */
export function readMetadata(headers: ReadonlyMap<string, string>): Record<string, string> {
  const metadata: Record<string, string> = {};
  let bytes = 0;
  for (const [name, value] of headers) {
    if (!name.startsWith(META) || name.length === META.length) continue;
    metadata[name.slice(META.length)] = value;
    bytes += name.length - META.length + value.length;
  }
  if (bytes <= MAX_METADATA_BYTES) return metadata;
  throw new S3Fault("MetadataTooLarge", {
    fields: { Size: String(bytes), MaxSizeAllowed: String(MAX_METADATA_BYTES) },
  });
}

/** The version of an object, where its bucket keeps or kept versions. */
export function versionHeader(object: Pick<StoredObject, "versionId">, always = false): HeaderList {
  return object.versionId === "null" && !always ? [] : [["x-amz-version-id", object.versionId]];
}

/** Checksums as headers. @param type Of a part: that of the object that it is a part of. */
export function checksumHeaders(
  checksums: readonly StoredChecksum[],
  type: StoredChecksum["type"] | undefined = checksums[0]?.type,
): HeaderList {
  if (checksums.length === 0) return [];
  return [
    ...checksums.map(({ algorithm, value }) =>
      [checksumHeader(algorithm as ChecksumAlgorithm), value] as const
    ),
    ...(type === undefined ? [] : [["x-amz-checksum-type", type] as const]),
  ];
}

/** How an object is asked for, as far as its headers depend on it. */
export interface HeaderChoices {
  /** Whether checksums are wanted: `x-amz-checksum-mode: ENABLED`. */
  readonly checksums: boolean;
  /** Has `response-content-type` and its kind. */
  readonly query: Query;
}

/** All headers of an object for GET and HEAD but those of length and range. */
export function objectHeaders(object: StoredObject, choices: HeaderChoices): HeaderList {
  const { retention, legalHold } = object;
  const content = { ...object.headers };
  for (const name of KEPT) {
    const override = choices.query.text(`response-${name}`);
    if (override !== undefined) content[name] = toByteText(override);
  }
  return [
    ["ETag", quoteEtag(object.etag)],
    ["Last-Modified", httpDate(object.modifiedAt)],
    ["Accept-Ranges", "bytes"],
    ...Object.entries(content),
    ...Object.entries(object.metadata).map(([name, value]) => [META + name, value] as const),
    ...versionHeader(object),
    ...(object.storageClass === "STANDARD" ? [] : [["x-amz-storage-class", object.storageClass] as const]),
    ...(object.tags.length === 0 ? [] : [["x-amz-tagging-count", String(object.tags.length)] as const]),
    ...(retention === undefined ? [] : [
      ["x-amz-object-lock-mode", retention.mode] as const,
      ["x-amz-object-lock-retain-until-date", isoDate(retention.until)] as const,
    ]),
    ...(legalHold === undefined ? [] : [["x-amz-object-lock-legal-hold", legalHold ? "ON" : "OFF"] as const]),
    ...(choices.checksums ? checksumHeaders(object.checksums) : []),
  ];
}
