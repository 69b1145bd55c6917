import type { CopySource } from "../../s3_protocol/bucket_names.ts";
import { parseChecksumAlgorithm, startChecksum } from "../../s3_protocol/checksums.ts";
import { S3Fault } from "../../s3_protocol/errors.ts";
import { MAX_PUT_BYTES } from "../../s3_protocol/multipart_limits.ts";
import { copyDocument } from "../../s3_protocol/object_documents.ts";
import type { ObjectAttributes, OpenObject, StoredChecksum } from "../object_engine.ts";
import type { Call } from "./call.ts";
import { openCopySource } from "./copy_source.ts";
import { versionHeader } from "./object_headers.ts";
import type { Operation } from "./operation.ts";
import { readAttributes, readPrecondition } from "./put_attributes.ts";
import { documentReply } from "./reply.ts";

/** Stores an object that is there under another name, or with other attributes. */
export const copyObject: Operation = {
  name: "CopyObject",
  access: "write",
  async run(call) {
    const { bucket, key } = call;
    const precondition = readPrecondition(call.headers);
    const { source, open: opened } = await openCopySource(call);
    using open = opened;
    if (open.info.size > MAX_PUT_BYTES) {
      throw new S3Fault("InvalidRequest", { message: "An object of more than 5 GiB is copied in parts" });
    }
    const attributes = await attributesOfCopy(call, source, open);
    const stored = await call.engine.objects.copy(open, {
      bucket,
      key,
      attributes,
      ...(precondition === undefined ? {} : { precondition }),
    });
    const sourceVersion = open.info.versionId === "null" ? source.versionId : open.info.versionId;
    return documentReply(
      copyDocument({
        etag: stored.etag,
        modifiedAt: stored.modifiedAt,
        checksums: stored.checksums,
        ...(stored.checksums.length === 0 ? {} : { checksumType: stored.checksums[0]!.type }),
      }),
      [
        ...versionHeader(stored),
        ...(sourceVersion === undefined ? [] : [["x-amz-copy-source-version-id", sourceVersion] as const]),
      ],
    );
  },
};

async function attributesOfCopy(call: Call, source: CopySource, open: OpenObject): Promise<ObjectAttributes> {
  const { info } = open;
  const given = readAttributes(call);
  const replacesMetadata = directive(call, "x-amz-metadata-directive");
  const replacesTags = directive(call, "x-amz-tagging-directive");
  const changes = replacesMetadata || replacesTags ||
    ["x-amz-storage-class", "x-amz-website-redirect-location", "x-amz-checksum-algorithm"]
      .some((name) => call.headers.has(name));
  const toItself = source.bucket === call.bucket && source.key === call.key && source.versionId === undefined;
  if (toItself && !changes) {
    throw new S3Fault("InvalidRequest", {
      message: "A copy of an object to itself has to change something of it",
    });
  }
  const redirect = call.header("x-amz-website-redirect-location");
  const { "x-amz-website-redirect-location": _, ...sourceHeaders } = info.headers;
  return {
    ...given,
    ...(replacesMetadata ? {} : {
      headers: {
        ...sourceHeaders,
        ...(redirect === undefined ? {} : { "x-amz-website-redirect-location": redirect }),
      },
      metadata: info.metadata,
    }),
    ...(replacesTags ? {} : { tags: info.tags }),
    etag: info.etag,
    checksums: await checksumsOfCopy(call, open),
  };
}

/** @returns Whether a directive says REPLACE, not COPY. */
function directive(call: Call, name: string): boolean {
  const value = call.header(name);
  if (value === undefined || value === "COPY") return false;
  if (value === "REPLACE") return true;
  throw new S3Fault("InvalidArgument", { fields: { ArgumentName: name, ArgumentValue: value } });
}

/** Those of the source, unless the caller wants another kind: that needs the bytes. */
async function checksumsOfCopy(call: Call, open: OpenObject): Promise<readonly StoredChecksum[]> {
  const wanted = call.header("x-amz-checksum-algorithm");
  if (wanted === undefined) return open.info.checksums;
  const algorithm = parseChecksumAlgorithm(wanted);
  const same = open.info.checksums.filter((sum) => sum.algorithm === algorithm && sum.type === "FULL_OBJECT");
  if (same.length > 0) return same;
  const checksum = startChecksum(algorithm);
  for await (const bytes of open.read()) checksum.update(bytes);
  return [{ algorithm, value: checksum.base64(), type: "FULL_OBJECT" }];
}
