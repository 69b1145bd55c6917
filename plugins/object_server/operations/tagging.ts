import { S3Fault } from "../../s3_protocol/errors.ts";
import { taggingDocument } from "../../s3_protocol/object_documents.ts";
import {
  MAX_BUCKET_TAGS,
  MAX_OBJECT_TAGS,
  parseTagging,
  type Tag,
} from "../../s3_protocol/tagging_document.ts";
import type { Operation } from "./operation.ts";
import { documentReply, emptyReply } from "./reply.ts";
import { versionHeader } from "./object_headers.ts";

/** Name of a bucket's tags among its documents. */
const DOCUMENT = "tagging";

/** Tags of a bucket. */
export const getBucketTagging: Operation = {
  name: "GetBucketTagging",
  access: "read",
  async run({ engine, bucket }) {
    const text = await engine.buckets.document(bucket, DOCUMENT);
    if (text === undefined) throw new S3Fault("NoSuchTagSet", { fields: { BucketName: bucket } });
    return documentReply(taggingDocument(JSON.parse(text) as Tag[]));
  },
};

/** Sets all tags of a bucket. */
export const putBucketTagging: Operation = {
  name: "PutBucketTagging",
  access: "write",
  async run({ engine, bucket, body }) {
    await engine.buckets.stat(bucket);
    const tags = parseTagging(await body.bytes(), MAX_BUCKET_TAGS);
    await engine.buckets.setDocument(bucket, DOCUMENT, JSON.stringify(tags));
    return emptyReply(204);
  },
};

/** Drops the tags of a bucket. */
export const deleteBucketTagging: Operation = {
  name: "DeleteBucketTagging",
  access: "write",
  async run({ engine, bucket }) {
    await engine.buckets.setDocument(bucket, DOCUMENT, undefined);
    return emptyReply(204);
  },
};

/** Tags of an object. */
export const getObjectTagging: Operation = {
  name: "GetObjectTagging",
  access: "read",
  async run(call) {
    const object = await call.engine.objects.stat(call.objectName());
    return documentReply(
      taggingDocument(object.tags.toSorted((a, b) => a.key < b.key ? -1 : 1)),
      versionHeader(object),
    );
  },
};

/** Sets all tags of an object. */
export const putObjectTagging: Operation = {
  name: "PutObjectTagging",
  access: "write",
  async run(call) {
    await call.engine.objects.stat(call.objectName());
    const tags = parseTagging(await call.body.bytes(), MAX_OBJECT_TAGS);
    const object = await call.engine.objects.setTags(call.objectName(), tags);
    return emptyReply(200, versionHeader(object));
  },
};

/** Drops the tags of an object. */
export const deleteObjectTagging: Operation = {
  name: "DeleteObjectTagging",
  access: "write",
  async run(call) {
    const object = await call.engine.objects.setTags(call.objectName(), []);
    return emptyReply(204, versionHeader(object));
  },
};
