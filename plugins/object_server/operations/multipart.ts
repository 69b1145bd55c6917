import {
  allowsChecksumType,
  type ChecksumAlgorithm,
  defaultChecksumType,
  parseChecksumAlgorithm,
} from "../../s3_protocol/checksums.ts";
import { S3Fault } from "../../s3_protocol/errors.ts";
import { quoteEtag } from "../../s3_protocol/etags.ts";
import { listUploadsDocument } from "../../s3_protocol/list_documents.ts";
import { MAX_PARTS, MAX_PUT_BYTES } from "../../s3_protocol/multipart_limits.ts";
import { initiateMultipartDocument, listPartsDocument } from "../../s3_protocol/multipart_results.ts";
import type { Upload, UploadName, UploadStart } from "../object_engine.ts";
import type { Call } from "./call.ts";
import { MAX_LIST, readListing } from "./list_options.ts";
import { checksumHeaders } from "./object_headers.ts";
import type { Operation } from "./operation.ts";
import { ownerOf } from "./owner.ts";
import { readAttributes } from "./put_attributes.ts";
import { documentReply, emptyReply } from "./reply.ts";

/** Begins an upload. */
export const createMultipartUpload: Operation = {
  name: "CreateMultipartUpload",
  access: "write",
  async run(call) {
    const { engine, bucket, key, user } = call;
    const attributes = readAttributes(call);
    const checksum = readChecksum(call);
    const { uploadId } = await engine.uploads.create({
      bucket,
      key,
      attributes,
      initiator: user.name,
      ...(checksum === undefined ? {} : { checksum }),
    });
    return documentReply(
      initiateMultipartDocument({ bucket, key, uploadId }),
      checksum === undefined
        ? []
        : [["x-amz-checksum-algorithm", checksum.algorithm], ["x-amz-checksum-type", checksum.type]],
    );
  },
};

/** What the client will send with parts. */
function readChecksum(call: Call): UploadStart["checksum"] {
  const name = call.header("x-amz-checksum-algorithm");
  const type = call.header("x-amz-checksum-type")?.toUpperCase();
  if (name === undefined) {
    if (type === undefined) return undefined;
    throw new S3Fault("InvalidRequest", { message: "x-amz-checksum-type needs x-amz-checksum-algorithm" });
  }
  const algorithm = parseChecksumAlgorithm(name);
  if (type === undefined) return { algorithm, type: defaultChecksumType(algorithm) };
  const known = (["COMPOSITE", "FULL_OBJECT"] as const).find((word) => word === type);
  if (known === undefined || !allowsChecksumType(algorithm, known)) {
    throw new S3Fault("InvalidRequest", { message: `${algorithm} has no checksums of type ${type}` });
  }
  return { algorithm, type: known };
}

/** Stores a part. */
export const uploadPart: Operation = {
  name: "UploadPart",
  access: "write",
  async run(call) {
    const number = partNumber(call);
    if (!call.body.announced) throw new S3Fault("MissingContentLength");
    const name = uploadName(call);
    const upload = await call.engine.uploads.stat(name);
    await using write = await call.engine.beginWrite(call.bucket);
    const digests = await call.body.pump((bytes) => write.append(bytes), {
      maxBytes: MAX_PUT_BYTES,
      algorithms: partAlgorithms(upload),
    });
    const checksums = checksumsFor(upload, digests.checksums);
    const part = await write.commitPart({ ...name, number, etag: digests.tag, checksums });
    return emptyReply(200, [["ETag", quoteEtag(part.etag)], ...checksumHeaders(part.checksums).slice(0, -1)]);
  },
};

/** Algorithms that the parts of an upload need so that the whole has a checksum. */
export function partAlgorithms(upload: Upload): ChecksumAlgorithm[] {
  return upload.checksum === undefined ? [] : [parseChecksumAlgorithm(upload.checksum.algorithm)];
}

function checksumsFor<Sum extends { readonly algorithm: string }>(upload: Upload, checksums: readonly Sum[]) {
  const { checksum } = upload;
  if (checksum === undefined) return checksums;
  const other = checksums.find(({ algorithm }) => algorithm !== checksum.algorithm);
  if (other === undefined) return checksums;
  throw new S3Fault("InvalidRequest", {
    message: `The upload was begun with ${checksum.algorithm}, and the part comes with ${other.algorithm}`,
  });
}

/** The part that a request is about. @throws {S3Fault} `InvalidArgument`. */
export function partNumber({ query }: Call): number {
  const number = query.count("partNumber");
  if (number === undefined || number < 1 || number > MAX_PARTS) throw query.invalid("partNumber");
  return number;
}

/** The upload that a request is about. */
export function uploadName({ bucket, key, query }: Call): UploadName {
  return { bucket, key, uploadId: query.get("uploadId") ?? "" };
}

/** Drops an upload. */
export const abortMultipartUpload: Operation = {
  name: "AbortMultipartUpload",
  access: "write",
  async run(call) {
    await call.engine.uploads.abort(uploadName(call));
    return emptyReply(204);
  },
};

/** Parts of an upload. */
export const listParts: Operation = {
  name: "ListParts",
  access: "read",
  async run(call) {
    const { engine, bucket, key, query } = call;
    const name = uploadName(call);
    const limit = Math.min(query.count("max-parts") ?? MAX_LIST, MAX_LIST);
    const after = query.count("part-number-marker") ?? 0;
    const upload = await engine.uploads.stat(name);
    const { parts, next } = await engine.uploads.listParts(name, { after, limit });
    const last = parts.at(-1)?.number;
    return documentReply(listPartsDocument({
      bucket,
      key,
      uploadId: name.uploadId,
      initiator: ownerOf(upload.initiator),
      owner: ownerOf(upload.attributes.owner),
      storageClass: upload.attributes.storageClass,
      partNumberMarker: after,
      ...(last === undefined ? {} : { nextPartNumberMarker: last }),
      maxParts: limit,
      isTruncated: next !== undefined,
      ...checksumKind(upload),
      parts,
    }));
  },
};

function checksumKind({ checksum }: Upload) {
  return checksum === undefined ? {} : { checksumAlgorithm: checksum.algorithm, checksumType: checksum.type };
}

/** Uploads under way in a bucket. */
export const listMultipartUploads: Operation = {
  name: "ListMultipartUploads",
  access: "list",
  async run({ engine, bucket, query }) {
    const { page, head, maxKeys } = readListing(query, "max-uploads");
    const keyMarker = query.text("key-marker");
    // Without a key an upload's id says nothing: "Amazon S3 API Reference, ListMultipartUploads".
    const uploadIdMarker = keyMarker === undefined ? undefined : query.text("upload-id-marker");
    const markers = {
      ...(keyMarker === undefined ? {} : { keyMarker }),
      ...(uploadIdMarker === undefined ? {} : { uploadIdMarker }),
    };
    const { uploads, commonPrefixes, next } = await engine.uploads.list(bucket, { ...page, ...markers });
    return documentReply(listUploadsDocument({
      bucket,
      ...head,
      ...markers,
      ...(next === undefined ? {} : { nextKeyMarker: next.keyMarker }),
      ...(next?.uploadIdMarker === undefined ? {} : { nextUploadIdMarker: next.uploadIdMarker }),
      maxUploads: maxKeys,
      isTruncated: next !== undefined,
      uploads: uploads.map((upload) => ({
        key: upload.key,
        uploadId: upload.uploadId,
        initiator: ownerOf(upload.initiator),
        owner: ownerOf(upload.attributes.owner),
        storageClass: upload.attributes.storageClass,
        createdAt: upload.createdAt,
        ...checksumKind(upload),
      })),
      commonPrefixes,
    }));
  },
};
