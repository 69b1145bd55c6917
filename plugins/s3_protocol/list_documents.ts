import { quoteEtag } from "./etags.ts";
import { percentEncode } from "./percent_encoding.ts";
import { isoDate } from "./timestamp.ts";
import { element, type XmlContent, xmlDocument, type XmlMarkup } from "./xml_text.ts";

/** Who has something. */
export interface Owner {
  readonly id: string;
  readonly displayName: string;
}

/** Owner as documents have it. @param name `Owner` or `Initiator`. */
export function ownerElement(owner: Owner | undefined, name = "Owner"): XmlMarkup {
  return element(name, owner && [element("ID", owner.id), element("DisplayName", owner.displayName)]);
}

/** Document of ListBuckets. */
export function listBucketsDocument(result: {
  readonly owner: Owner;
  readonly buckets: readonly {
    readonly name: string;
    readonly createdAt: number;
    readonly region?: string;
  }[];
  readonly prefix?: string;
  readonly continuationToken?: string;
}): string {
  return xmlDocument("ListAllMyBucketsResult", [
    ownerElement(result.owner),
    element(
      "Buckets",
      result.buckets.map((bucket) =>
        element("Bucket", [
          element("Name", bucket.name),
          element("CreationDate", isoDate(bucket.createdAt)),
          element("BucketRegion", bucket.region),
        ])
      ),
    ),
    element("Prefix", result.prefix),
    element("ContinuationToken", result.continuationToken),
  ]);
}

/** An object in a list. */
export interface ListedObject {
  readonly key: string;
  /** Epoch milliseconds. */
  readonly modifiedAt: number;
  /** Without quotes. */
  readonly etag: string;
  /** Bytes. */
  readonly size: number;
  readonly storageClass: string;
  /** Present where it is asked for. */
  readonly owner?: Owner;
  readonly checksumAlgorithms?: readonly string[];
  readonly checksumType?: string;
}

/** What all lists of a bucket say. */
interface ListHead {
  readonly bucket: string;
  readonly prefix?: string;
  readonly delimiter?: string;
  readonly commonPrefixes: readonly string[];
  readonly isTruncated: boolean;
  /** Whether names are to be percent-encoded, as `encoding-type=url` asks. */
  readonly urlEncoded: boolean;
}

/** Document of ListObjects, version 1. `nextMarker` is said where a delimiter was given. */
export function listObjectsV1Document(
  result: ListHead & {
    readonly marker?: string;
    readonly nextMarker?: string;
    readonly maxKeys: number;
    readonly objects: readonly ListedObject[];
  },
): string {
  const name = spelling(result.urlEncoded);
  return xmlDocument("ListBucketResult", [
    element("Name", result.bucket),
    element("Prefix", prefixOfV1(result.prefix ?? "", name)),
    element("Marker", name(result.marker ?? "")),
    element("NextMarker", name(result.nextMarker)),
    element("MaxKeys", result.maxKeys),
    element("Delimiter", name(result.delimiter)),
    element("IsTruncated", result.isTruncated),
    element("EncodingType", encodingType(result.urlEncoded)),
    ...result.objects.map((object) => contents(object, name)),
    ...commonPrefixes(result.commonPrefixes, name),
  ]);
}

/** Document of ListObjects, version 2. */
export function listObjectsV2Document(
  result: ListHead & {
    readonly startAfter?: string;
    readonly continuationToken?: string;
    readonly nextContinuationToken?: string;
    readonly maxKeys: number;
    readonly objects: readonly ListedObject[];
  },
): string {
  const name = spelling(result.urlEncoded);
  return xmlDocument("ListBucketResult", [
    element("Name", result.bucket),
    element("Prefix", name(result.prefix ?? "")),
    element("StartAfter", name(result.startAfter)),
    element("ContinuationToken", result.continuationToken),
    element("NextContinuationToken", result.nextContinuationToken),
    element("KeyCount", result.objects.length + result.commonPrefixes.length),
    element("MaxKeys", result.maxKeys),
    element("Delimiter", name(result.delimiter)),
    element("IsTruncated", result.isTruncated),
    element("EncodingType", encodingType(result.urlEncoded)),
    ...result.objects.map((object) => contents(object, name)),
    ...commonPrefixes(result.commonPrefixes, name),
  ]);
}

/** A version in a list; `"null"` is the id of the null version. */
export type ListedVersion =
  & { readonly versionId: string; readonly isLatest: boolean }
  & (
    | ({ readonly kind: "object" } & ListedObject)
    | {
      readonly kind: "delete_marker";
      readonly key: string;
      readonly modifiedAt: number;
      readonly owner?: Owner;
    }
  );

/** Document of ListObjectVersions. */
export function listVersionsDocument(
  result: ListHead & {
    readonly keyMarker?: string;
    readonly versionIdMarker?: string;
    readonly nextKeyMarker?: string;
    readonly nextVersionIdMarker?: string;
    readonly maxKeys: number;
    readonly versions: readonly ListedVersion[];
  },
): string {
  const name = spelling(result.urlEncoded);
  return xmlDocument("ListVersionsResult", [
    element("Name", result.bucket),
    element("Prefix", name(result.prefix ?? "")),
    element("KeyMarker", name(result.keyMarker ?? "")),
    element("VersionIdMarker", result.versionIdMarker ?? ""),
    element("NextKeyMarker", name(result.nextKeyMarker)),
    element("NextVersionIdMarker", result.nextVersionIdMarker),
    element("MaxKeys", result.maxKeys),
    element("Delimiter", name(result.delimiter)),
    element("IsTruncated", result.isTruncated),
    element("EncodingType", encodingType(result.urlEncoded)),
    ...result.versions.map((version) => {
      const id = [element("VersionId", version.versionId), element("IsLatest", version.isLatest)];
      if (version.kind === "object") return element("Version", [...objectFields(version, name), ...id]);
      return element("DeleteMarker", [
        element("Key", name(version.key)),
        ...id,
        element("LastModified", isoDate(version.modifiedAt)),
        ownerElement(version.owner),
      ]);
    }),
    ...commonPrefixes(result.commonPrefixes, name),
  ]);
}

/** Document of ListMultipartUploads. */
export function listUploadsDocument(
  result: ListHead & {
    readonly keyMarker?: string;
    readonly uploadIdMarker?: string;
    readonly nextKeyMarker?: string;
    readonly nextUploadIdMarker?: string;
    readonly maxUploads: number;
    readonly uploads: readonly {
      readonly key: string;
      readonly uploadId: string;
      readonly initiator: Owner;
      readonly owner: Owner;
      readonly storageClass: string;
      /** Epoch milliseconds. */
      readonly createdAt: number;
      readonly checksumAlgorithm?: string;
      readonly checksumType?: string;
    }[];
  },
): string {
  const name = spelling(result.urlEncoded);
  return xmlDocument("ListMultipartUploadsResult", [
    element("Bucket", result.bucket),
    element("KeyMarker", name(result.keyMarker ?? "")),
    element("UploadIdMarker", result.uploadIdMarker ?? ""),
    element("NextKeyMarker", name(result.nextKeyMarker)),
    element("NextUploadIdMarker", result.nextUploadIdMarker),
    element("Prefix", name(result.prefix ?? "")),
    element("Delimiter", name(result.delimiter)),
    element("MaxUploads", result.maxUploads),
    element("IsTruncated", result.isTruncated),
    element("EncodingType", encodingType(result.urlEncoded)),
    ...result.uploads.map((upload) =>
      element("Upload", [
        element("Key", name(upload.key)),
        element("UploadId", upload.uploadId),
        ownerElement(upload.initiator, "Initiator"),
        ownerElement(upload.owner),
        element("StorageClass", upload.storageClass),
        element("Initiated", isoDate(upload.createdAt)),
        element("ChecksumAlgorithm", upload.checksumAlgorithm),
        element("ChecksumType", upload.checksumType),
      ])
    ),
    ...commonPrefixes(result.commonPrefixes, name),
  ]);
}

// deno-lint-ignore no-control-regex -- what XML 1.0 cannot hold
const NOT_IN_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

/** In the clear, as radosgw has it, since boto3 decodes the prefix of version 2 alone; unless the document cannot hold it. */
function prefixOfV1(prefix: string, name: Spelling): XmlContent {
  return NOT_IN_XML.test(prefix) ? name(prefix) : prefix;
}

function contents(object: ListedObject, name: Spelling): XmlMarkup {
  return element("Contents", objectFields(object, name));
}

function objectFields(object: ListedObject, name: Spelling): XmlMarkup[] {
  return [
    element("Key", name(object.key)),
    element("LastModified", isoDate(object.modifiedAt)),
    element("ETag", quoteEtag(object.etag)),
    ...(object.checksumAlgorithms ?? []).map((algorithm) => element("ChecksumAlgorithm", algorithm)),
    element("ChecksumType", object.checksumType),
    element("Size", object.size),
    ownerElement(object.owner),
    element("StorageClass", object.storageClass),
  ];
}

function commonPrefixes(prefixes: readonly string[], name: Spelling): XmlMarkup[] {
  return prefixes.map((prefix) => element("CommonPrefixes", [element("Prefix", name(prefix))]));
}

/** How names are written in a list. */
type Spelling = (text: string | undefined) => string | undefined;

function spelling(urlEncoded: boolean): Spelling {
  return (text) => text === undefined || !urlEncoded ? text : percentEncode(text, true);
}

function encodingType(urlEncoded: boolean): XmlContent {
  return urlEncoded ? "url" : undefined;
}
