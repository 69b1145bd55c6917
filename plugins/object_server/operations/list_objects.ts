import {
  type ListedObject,
  listObjectsV1Document,
  listObjectsV2Document,
  listVersionsDocument,
} from "../../s3_protocol/list_documents.ts";
import type { StoredObject } from "../object_engine.ts";
import { readListing, readToken, toToken } from "./list_options.ts";
import type { Operation } from "./operation.ts";
import { ownerOf } from "./owner.ts";
import { documentReply } from "./reply.ts";

function listed(object: StoredObject, withOwner: boolean): ListedObject {
  const { key, modifiedAt, etag, size, storageClass, checksums, owner } = object;
  return {
    key,
    modifiedAt,
    etag,
    size,
    storageClass,
    ...(withOwner ? { owner: ownerOf(owner) } : {}),
    ...(checksums.length === 0
      ? {}
      : { checksumAlgorithms: checksums.map((sum) => sum.algorithm), checksumType: checksums[0]!.type }),
  };
}

/** Lists with a key as the place to go on from. */
export const listObjects: Operation = {
  name: "ListObjects",
  access: "list",
  async run({ engine, bucket, query }) {
    const { page, head, maxKeys } = readListing(query);
    const marker = query.text("marker");
    const result = await engine.objects.list(bucket, {
      ...page,
      ...(marker === undefined ? {} : { after: marker }),
    });
    return documentReply(listObjectsV1Document({
      bucket,
      ...head,
      maxKeys,
      ...(marker === undefined ? {} : { marker }),
      ...(result.next === undefined ? {} : { nextMarker: result.next }),
      isTruncated: result.next !== undefined,
      objects: result.objects.map((object) => listed(object, true)),
      commonPrefixes: result.commonPrefixes,
    }));
  },
};

/** Lists with a token as the place to go on from. */
export const listObjectsV2: Operation = {
  name: "ListObjectsV2",
  access: "list",
  async run({ engine, bucket, query }) {
    const { page, head, maxKeys } = readListing(query);
    const startAfter = query.text("start-after");
    const token = query.text("continuation-token");
    const after = token === undefined ? startAfter : readToken(query, "continuation-token");
    const withOwner = query.get("fetch-owner") === "true";
    const result = await engine.objects.list(bucket, { ...page, ...(after === undefined ? {} : { after }) });
    return documentReply(listObjectsV2Document({
      bucket,
      ...head,
      maxKeys,
      ...(startAfter === undefined ? {} : { startAfter }),
      ...(query.get("continuation-token") === undefined
        ? {}
        : { continuationToken: query.get("continuation-token")! }),
      ...(result.next === undefined ? {} : { nextContinuationToken: toToken(result.next) }),
      isTruncated: result.next !== undefined,
      objects: result.objects.map((object) => listed(object, withOwner)),
      commonPrefixes: result.commonPrefixes,
    }));
  },
};

/** Lists versions and delete markers. */
export const listObjectVersions: Operation = {
  name: "ListObjectVersions",
  access: "list",
  async run({ engine, bucket, query }) {
    const { page, head, maxKeys } = readListing(query);
    const keyMarker = query.text("key-marker");
    const versionIdMarker = query.text("version-id-marker");
    if (versionIdMarker !== undefined && keyMarker === undefined) throw query.invalid("version-id-marker");
    const markers = {
      ...(keyMarker === undefined ? {} : { keyMarker }),
      ...(versionIdMarker === undefined ? {} : { versionIdMarker }),
    };
    const { versions, commonPrefixes, next } = await engine.objects.listVersions(bucket, {
      ...page,
      ...markers,
    });
    return documentReply(listVersionsDocument({
      bucket,
      ...head,
      ...markers,
      maxKeys,
      ...(next === undefined ? {} : { nextKeyMarker: next.keyMarker }),
      ...(next?.versionIdMarker === undefined ? {} : { nextVersionIdMarker: next.versionIdMarker }),
      isTruncated: next !== undefined,
      versions: versions.map((version) =>
        version.kind === "delete_marker" ? { ...version, owner: ownerOf(version.owner) } : {
          ...listed(version, true),
          kind: version.kind,
          versionId: version.versionId,
          isLatest: version.isLatest,
        }
      ),
      commonPrefixes,
    }));
  },
};
