import { S3Fault } from "../../s3_protocol/errors.ts";
import { quoteEtag } from "../../s3_protocol/etags.ts";
import { MAX_PUT_BYTES } from "../../s3_protocol/multipart_limits.ts";
import { checksumHeaders, versionHeader } from "./object_headers.ts";
import type { Operation } from "./operation.ts";
import { readAttributes, readPrecondition } from "./put_attributes.ts";
import { emptyReply } from "./reply.ts";

/** Stores an object, once all of its body is here and is what was signed and announced. */
export const putObject: Operation = {
  name: "PutObject",
  access: "write",
  async run(call) {
    const { engine, bucket, key, body, headers } = call;
    const attributes = readAttributes(call);
    const precondition = readPrecondition(headers);
    if (!body.announced) throw new S3Fault("MissingContentLength");
    await using write = await engine.beginWrite(bucket);
    const digests = await body.pump((bytes) => write.append(bytes), { maxBytes: MAX_PUT_BYTES });
    const stored = await write.commitObject({
      bucket,
      key,
      attributes: { ...attributes, etag: digests.tag, checksums: digests.checksums },
      ...(precondition === undefined ? {} : { precondition }),
    });
    return emptyReply(200, [
      ["ETag", quoteEtag(stored.etag)],
      ...versionHeader(stored),
      ...checksumHeaders(stored.checksums),
    ]);
  },
};
