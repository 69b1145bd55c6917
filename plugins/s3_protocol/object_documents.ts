import { quoteEtag } from "./etags.ts";
import { checksumElements, type ListedPart, type ShownChecksum } from "./multipart_results.ts";
import type { Retention } from "./object_lock_document.ts";
import type { Tag } from "./tagging_document.ts";
import { isoDate } from "./timestamp.ts";
import { element, xmlDocument } from "./xml_text.ts";

/** Document of CopyObject, or with `part` of UploadPartCopy. @param result ETag without quotes. */
export function copyDocument(
  result: {
    readonly etag: string;
    /** Epoch milliseconds. */
    readonly modifiedAt: number;
    readonly checksums?: readonly ShownChecksum[];
    readonly checksumType?: string;
  },
  part = false,
): string {
  return xmlDocument(part ? "CopyPartResult" : "CopyObjectResult", [
    element("LastModified", isoDate(result.modifiedAt)),
    element("ETag", quoteEtag(result.etag)),
    ...checksumElements(result.checksums),
    element("ChecksumType", result.checksumType),
  ]);
}

/** What became of one object of a DeleteObjects. */
export type DeleteOutcome =
  | {
    readonly key: string;
    /** As the request named it. */
    readonly versionId?: string;
    /** Whether a marker was made or removed. */
    readonly deleteMarker?: boolean;
    readonly deleteMarkerVersionId?: string;
  }
  | { readonly key: string; readonly versionId?: string; readonly code: string; readonly message: string };

/** Document of DeleteObjects. With `quiet`, only failures are in it. */
export function deleteResultDocument(outcomes: readonly DeleteOutcome[], quiet: boolean): string {
  return xmlDocument(
    "DeleteResult",
    outcomes.map((outcome) => {
      const name = [element("Key", outcome.key), element("VersionId", outcome.versionId)];
      if ("code" in outcome) {
        return element("Error", [
          ...name,
          element("Code", outcome.code),
          element("Message", outcome.message),
        ]);
      }
      if (quiet) return "";
      return element("Deleted", [
        ...name,
        element("DeleteMarker", outcome.deleteMarker || undefined),
        element("DeleteMarkerVersionId", outcome.deleteMarkerVersionId),
      ]);
    }),
  );
}

/** Document of GetObjectAttributes: what was asked for, and nothing else. */
export function objectAttributesDocument(result: {
  /** Without quotes; so it is in this document alone. */
  readonly etag?: string;
  readonly checksums?: readonly ShownChecksum[];
  readonly checksumType?: string;
  readonly storageClass?: string;
  /** Bytes. */
  readonly size?: number;
  /** Only of an object that came from a multipart upload. */
  readonly parts?: {
    readonly total: number;
    readonly partNumberMarker: number;
    readonly nextPartNumberMarker: number;
    readonly maxParts: number;
    readonly isTruncated: boolean;
    /** Only parts with checksums are listed by S3. */
    readonly parts: readonly Pick<ListedPart, "number" | "size" | "checksums">[];
  };
}): string {
  const { parts } = result;
  return xmlDocument("GetObjectAttributesResponse", [
    element("ETag", result.etag),
    element(
      "Checksum",
      result.checksums && result.checksums.length > 0
        ? [...checksumElements(result.checksums), element("ChecksumType", result.checksumType)]
        : undefined,
    ),
    element(
      "ObjectParts",
      parts && [
        element("IsTruncated", parts.isTruncated),
        element("MaxParts", parts.maxParts),
        element("NextPartNumberMarker", parts.nextPartNumberMarker),
        element("PartNumberMarker", parts.partNumberMarker),
        ...parts.parts.map((part) =>
          element("Part", [
            element("PartNumber", part.number),
            element("Size", part.size),
            ...checksumElements(part.checksums),
          ])
        ),
        element("PartsCount", parts.total),
      ],
    ),
    element("StorageClass", result.storageClass),
    element("ObjectSize", result.size),
  ]);
}

/** Document of a POST form with `success_action_status=201`. ETag without quotes. */
export function postResponseDocument(result: {
  readonly location: string;
  readonly bucket: string;
  readonly key: string;
  readonly etag: string;
}): string {
  return xmlDocument("PostResponse", [
    element("Location", result.location),
    element("Bucket", result.bucket),
    element("Key", result.key),
    element("ETag", quoteEtag(result.etag)),
  ]);
}

/** Document of GetObjectTagging and GetBucketTagging. */
export function taggingDocument(tags: readonly Tag[]): string {
  return xmlDocument("Tagging", [
    element(
      "TagSet",
      tags.map((tag) => element("Tag", [element("Key", tag.key), element("Value", tag.value)])),
    ),
  ]);
}

/** Document of GetObjectRetention. */
export function retentionDocument(retention: Retention): string {
  return xmlDocument("Retention", [
    element("Mode", retention.mode),
    element("RetainUntilDate", isoDate(retention.until)),
  ]);
}

/** Document of GetObjectLegalHold. */
export function legalHoldDocument(isOn: boolean): string {
  return xmlDocument("LegalHold", [element("Status", isOn ? "ON" : "OFF")]);
}
