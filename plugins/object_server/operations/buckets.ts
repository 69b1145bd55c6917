import {
  parseCreateBucketConfiguration,
  parseVersioningConfiguration,
} from "../../s3_protocol/bucket_documents.ts";
import { requireBucketName } from "../../s3_protocol/bucket_names.ts";
import { locationDocument, versioningDocument } from "../../s3_protocol/bucket_results.ts";
import { S3Fault } from "../../s3_protocol/errors.ts";
import { listBucketsDocument } from "../../s3_protocol/list_documents.ts";
import { isEngineError } from "../engine/engine_error.ts";
import { requirePrivateAcl } from "./acl.ts";
import { mayCreate, mayDo } from "./grants.ts";
import { readToken, toToken } from "./list_options.ts";
import type { Operation } from "./operation.ts";
import { ownerOf } from "./owner.ts";
import { documentReply, emptyReply } from "./reply.ts";

/** Most buckets that one user may have made: enough for every project, and an end to a program that makes them in a loop. */
const MAX_BUCKETS_OF_USER = 1000;

/** Most buckets on a page: "Amazon S3 API Reference, ListBuckets". */
const MAX_BUCKETS = 10_000;

/** Buckets that the caller may see anything of. */
export const listBuckets: Operation = {
  name: "ListBuckets",
  access: "self",
  async run({ engine, query, user, region }) {
    const limit = query.count("max-buckets") ?? MAX_BUCKETS;
    if (limit < 1 || limit > MAX_BUCKETS) throw query.invalid("max-buckets");
    const prefix = query.text("prefix");
    const token = query.text("continuation-token");
    const all = await engine.buckets.list({
      ...(prefix === undefined ? {} : { prefix }),
      ...(token === undefined ? {} : { after: readToken(query, "continuation-token") }),
    });
    const seen = all.filter(({ name, owner }) => mayDo(user, { access: "read", bucket: name, owner }));
    const page = seen.slice(0, limit);
    return documentReply(listBucketsDocument({
      owner: ownerOf(user.name),
      buckets: page.map(({ name, createdAt }) => ({ name, createdAt, region })),
      ...(prefix === undefined ? {} : { prefix }),
      ...(seen.length > limit ? { continuationToken: toToken(page.at(-1)!.name) } : {}),
    }));
  },
};

/** Makes a bucket. One that is the caller's already is answered with 200, as us-east-1 does, if nothing about it differs. */
export const createBucket: Operation = {
  name: "CreateBucket",
  access: "self",
  async run(call) {
    const { engine, bucket: name, user, region } = call;
    if (!mayCreate(user, name)) throw new S3Fault("AccessDenied");
    requireBucketName(name);
    requirePrivateAcl(call);
    const wanted = parseCreateBucketConfiguration(await call.body.bytes());
    if (wanted !== undefined && wanted !== region) {
      throw new S3Fault("InvalidLocationConstraint", { fields: { LocationConstraint: wanted } });
    }
    const buckets = await engine.buckets.list();
    const others = buckets.filter((bucket) => bucket.owner === user.name && bucket.name !== name);
    if (others.length >= MAX_BUCKETS_OF_USER) throw new S3Fault("TooManyBuckets");
    const objectLock = call.header("x-amz-bucket-object-lock-enabled")?.toLowerCase() === "true";
    try {
      await engine.buckets.create({ name, owner: user.name, objectLock });
    } catch (error) {
      if (!isEngineError(error, "bucket_exists")) throw error;
      const mine = error.details.owner === user.name;
      if (!mine) throw new S3Fault("BucketAlreadyExists", { fields: { BucketName: name }, cause: error });
      if (objectLock) {
        throw new S3Fault("BucketAlreadyOwnedByYou", { fields: { BucketName: name }, cause: error });
      }
    }
    return emptyReply(200, [["Location", `/${name}`]]);
  },
};

/**
 * Whether a bucket is there; with `read-stats=true`, as radosgw has it, how much is in it too, for those who may read all
 * of it.
 *
 * @see {@link https://docs.ceph.com/en/latest/radosgw/s3/bucketops/}
 */
export const headBucket: Operation = {
  name: "HeadBucket",
  access: "read",
  async run({ engine, bucket, region, query, user }) {
    const { owner } = await engine.buckets.stat(bucket);
    const seesAll = mayDo(user, { access: "read", bucket, owner, key: "" });
    if (query.get("read-stats") !== "true" || !seesAll) {
      return emptyReply(200, [["x-amz-bucket-region", region]]);
    }
    const usage = await engine.buckets.usage(bucket);
    return emptyReply(200, [
      ["x-amz-bucket-region", region],
      ["x-rgw-object-count", String(usage.objects)],
      ["x-rgw-bytes-used", String(usage.bytes)],
      ["x-rgw-quota-max-buckets", String(MAX_BUCKETS_OF_USER)],
    ]);
  },
};

/** Deletes a bucket that is empty. */
export const deleteBucket: Operation = {
  name: "DeleteBucket",
  access: "write",
  async run({ engine, bucket }) {
    await engine.buckets.delete(bucket);
    return emptyReply(204);
  },
};

/** Where a bucket is: all are in the server's one region. */
export const getBucketLocation: Operation = {
  name: "GetBucketLocation",
  access: "read",
  async run({ engine, bucket, region }) {
    await engine.buckets.stat(bucket);
    return documentReply(locationDocument(region));
  },
};

/** Whether a bucket keeps versions. */
export const getBucketVersioning: Operation = {
  name: "GetBucketVersioning",
  access: "read",
  async run({ engine, bucket }) {
    const { versioning } = await engine.buckets.stat(bucket);
    const status =
      ({ unversioned: undefined, enabled: "Enabled", suspended: "Suspended" } as const)[versioning];
    return documentReply(versioningDocument(status));
  },
};

/** Has a bucket keep versions, or keep no new ones. */
export const putBucketVersioning: Operation = {
  name: "PutBucketVersioning",
  access: "write",
  async run({ engine, bucket, body }) {
    await engine.buckets.stat(bucket);
    const status = parseVersioningConfiguration(await body.bytes());
    await engine.buckets.setVersioning(bucket, status === "Enabled" ? "enabled" : "suspended");
    return emptyReply();
  },
};
