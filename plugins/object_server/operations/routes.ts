import { getBucketAcl, getObjectAcl, putBucketAcl, putObjectAcl } from "./acl.ts";
import * as settings from "./bucket_settings.ts";
import {
  createBucket,
  deleteBucket,
  getBucketLocation,
  getBucketVersioning,
  headBucket,
  listBuckets,
  putBucketVersioning,
} from "./buckets.ts";
import { completeMultipartUpload } from "./complete_upload.ts";
import { copyObject } from "./copy_object.ts";
import { COPY_SOURCE } from "./copy_source.ts";
import { deleteBucketCors, getBucketCors, putBucketCors } from "./cors.ts";
import { deleteObject, deleteObjects } from "./delete_objects.ts";
import { getObject, headObject } from "./get_object.ts";
import { listObjects, listObjectsV2, listObjectVersions } from "./list_objects.ts";
import {
  abortMultipartUpload,
  createMultipartUpload,
  listMultipartUploads,
  listParts,
  uploadPart,
} from "./multipart.ts";
import { getObjectAttributes } from "./object_attributes.ts";
import {
  getObjectLegalHold,
  getObjectLockConfiguration,
  getObjectRetention,
  putObjectLegalHold,
  putObjectLockConfiguration,
  putObjectRetention,
} from "./object_lock.ts";
import type { Operation } from "./operation.ts";
import { uploadPartCopy } from "./part_copy.ts";
import { putObject } from "./put_object.ts";
import type { Query } from "./query.ts";
import {
  deleteBucketTagging,
  deleteObjectTagging,
  getBucketTagging,
  getObjectTagging,
  putBucketTagging,
  putObjectTagging,
} from "./tagging.ts";

/** What a request is about. */
export type Target = "service" | "bucket" | "object";

/**
 * Operations by target, method and the parameter of the query that tells them apart; "" is for none of them.
 *
 * Of several parameters the one that stands first here counts.
 */
const ROUTES: Readonly<Record<Target, Readonly<Record<string, Readonly<Record<string, Operation>>>>>> = {
  service: { GET: { "": listBuckets } },
  bucket: {
    GET: {
      acl: getBucketAcl,
      accelerate: settings.getBucketAccelerate,
      cors: getBucketCors,
      encryption: settings.getBucketEncryption,
      lifecycle: settings.getBucketLifecycle,
      location: getBucketLocation,
      logging: settings.getBucketLogging,
      notification: settings.getBucketNotification,
      "object-lock": getObjectLockConfiguration,
      ownershipControls: settings.getBucketOwnershipControls,
      policy: settings.getBucketPolicy,
      policyStatus: settings.getBucketPolicyStatus,
      publicAccessBlock: settings.getPublicAccessBlock,
      replication: settings.getBucketReplication,
      requestPayment: settings.getBucketRequestPayment,
      tagging: getBucketTagging,
      uploads: listMultipartUploads,
      versioning: getBucketVersioning,
      versions: listObjectVersions,
      website: settings.getBucketWebsite,
      "list-type": listObjectsV2,
      "": listObjects,
    },
    HEAD: { "": headBucket },
    PUT: {
      acl: putBucketAcl,
      cors: putBucketCors,
      "object-lock": putObjectLockConfiguration,
      tagging: putBucketTagging,
      versioning: putBucketVersioning,
      "": createBucket,
    },
    POST: { delete: deleteObjects },
    DELETE: {
      cors: deleteBucketCors,
      encryption: settings.deleteBucketEncryption,
      lifecycle: settings.deleteBucketLifecycle,
      policy: settings.deleteBucketPolicy,
      tagging: deleteBucketTagging,
      website: settings.deleteBucketWebsite,
      "": deleteBucket,
    },
  },
  object: {
    GET: {
      acl: getObjectAcl,
      attributes: getObjectAttributes,
      "legal-hold": getObjectLegalHold,
      retention: getObjectRetention,
      tagging: getObjectTagging,
      uploadId: listParts,
      "": getObject,
    },
    HEAD: { "": headObject },
    PUT: {
      acl: putObjectAcl,
      "legal-hold": putObjectLegalHold,
      retention: putObjectRetention,
      tagging: putObjectTagging,
      uploadId: uploadPart,
      "": putObject,
    },
    POST: { uploadId: completeMultipartUpload, uploads: createMultipartUpload },
    DELETE: { tagging: deleteObjectTagging, uploadId: abortMultipartUpload, "": deleteObject },
  },
};

/** Parameters that name an operation of S3 which is not offered: they must not be taken for none. */
const NOT_OFFERED = new Set([
  ...[
    "analytics",
    "intelligent-tiering",
    "inventory",
    "metrics",
    "metadataConfiguration",
    "metadataTable",
    "session",
  ],
  ...[
    "abac",
    "metadataInventoryTable",
    "metadataJournalTable",
    "renameObject",
    "requestPayment",
    "restore",
    "select",
  ],
  ...["select-type", "torrent", "usage", "append", "encryption", "lifecycle", "website", "policy", "logging"],
  ...["notification", "replication", "accelerate", "ownershipControls", "publicAccessBlock", "policyStatus"],
]);

/** Parameters that tell operations apart, anywhere. */
const SUBRESOURCES = new Set([
  ...NOT_OFFERED,
  ...Object.values(ROUTES).flatMap((methods) => Object.values(methods)).flatMap((routes) =>
    Object.keys(routes)
  ),
]);
SUBRESOURCES.delete("");
SUBRESOURCES.delete("list-type");

/**
 * Finds the operation that a request asks for.
 *
 * @param headers By lower-case name.
 * @returns `undefined` where the target has no such method; `not_implemented` where S3 has one that is not offered.
 */
export function findOperation(
  target: Target,
  method: string,
  query: Query,
  headers: ReadonlyMap<string, string>,
): Operation | "not_implemented" | undefined {
  const routes = ROUTES[target][method];
  if (routes === undefined) return undefined;
  for (const [parameter, operation] of Object.entries(routes)) {
    if (parameter !== "" && query.has(parameter)) return orCopy(operation, headers);
  }
  for (const name of query.names()) if (SUBRESOURCES.has(name)) return "not_implemented";
  const plain = routes[""];
  return plain === undefined ? undefined : orCopy(plain, headers);
}

function orCopy(operation: Operation, headers: ReadonlyMap<string, string>): Operation {
  if (!headers.has(COPY_SOURCE)) return operation;
  if (operation === putObject) return copyObject;
  return operation === uploadPart ? uploadPartCopy : operation;
}
