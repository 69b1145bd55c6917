import type { ChecksumAlgorithm } from "./checksums.ts";
import { quoteEtag } from "./etags.ts";
import { type Owner, ownerElement } from "./list_documents.ts";
import { isoDate } from "./timestamp.ts";
import { element, xmlDocument, type XmlMarkup } from "./xml_text.ts";

/** A checksum as it is shown. */
export interface ShownChecksum {
  /** One of {@link ChecksumAlgorithm}. */
  readonly algorithm: ChecksumAlgorithm | string;
  /** Base64; of a composite one with `-<parts>`. */
  readonly value: string;
}

/** `<ChecksumSHA256>` and the like. */
export function checksumElements(checksums: readonly ShownChecksum[] = []): XmlMarkup[] {
  return checksums.map(({ algorithm, value }) => element(`Checksum${algorithm}`, value));
}

/** Document of CreateMultipartUpload. */
export function initiateMultipartDocument(result: {
  readonly bucket: string;
  readonly key: string;
  readonly uploadId: string;
}): string {
  return xmlDocument("InitiateMultipartUploadResult", [
    element("Bucket", result.bucket),
    element("Key", result.key),
    element("UploadId", result.uploadId),
  ]);
}

/** Document of CompleteMultipartUpload. */
export function completeMultipartDocument(result: {
  /** URL of the object. */
  readonly location: string;
  readonly bucket: string;
  readonly key: string;
  /** Without quotes. */
  readonly etag: string;
  readonly checksums?: readonly ShownChecksum[];
  readonly checksumType?: string;
}): string {
  return xmlDocument("CompleteMultipartUploadResult", [
    element("Location", result.location),
    element("Bucket", result.bucket),
    element("Key", result.key),
    element("ETag", quoteEtag(result.etag)),
    ...checksumElements(result.checksums),
    element("ChecksumType", result.checksumType),
  ]);
}

/** A part in a list. */
export interface ListedPart {
  readonly number: number;
  /** Epoch milliseconds. */
  readonly modifiedAt: number;
  /** Without quotes. */
  readonly etag: string;
  /** Bytes. */
  readonly size: number;
  readonly checksums?: readonly ShownChecksum[];
}

/** Document of ListParts. */
export function listPartsDocument(result: {
  readonly bucket: string;
  readonly key: string;
  readonly uploadId: string;
  readonly initiator: Owner;
  readonly owner: Owner;
  readonly storageClass: string;
  readonly partNumberMarker: number;
  readonly nextPartNumberMarker?: number;
  readonly maxParts: number;
  readonly isTruncated: boolean;
  readonly checksumAlgorithm?: string;
  readonly checksumType?: string;
  readonly parts: readonly ListedPart[];
}): string {
  return xmlDocument("ListPartsResult", [
    element("Bucket", result.bucket),
    element("Key", result.key),
    element("UploadId", result.uploadId),
    ownerElement(result.initiator, "Initiator"),
    ownerElement(result.owner),
    element("StorageClass", result.storageClass),
    element("PartNumberMarker", result.partNumberMarker),
    element("NextPartNumberMarker", result.nextPartNumberMarker),
    element("MaxParts", result.maxParts),
    element("IsTruncated", result.isTruncated),
    element("ChecksumAlgorithm", result.checksumAlgorithm),
    element("ChecksumType", result.checksumType),
    ...result.parts.map((part) =>
      element("Part", [
        element("PartNumber", part.number),
        element("LastModified", isoDate(part.modifiedAt)),
        element("ETag", quoteEtag(part.etag)),
        element("Size", part.size),
        ...checksumElements(part.checksums),
      ])
    ),
  ]);
}
