import { objectLockDocument } from "../../s3_protocol/bucket_results.ts";
import { S3Fault } from "../../s3_protocol/errors.ts";
import { legalHoldDocument, retentionDocument } from "../../s3_protocol/object_documents.ts";
import {
  parseLegalHold,
  parseObjectLockConfiguration,
  parseRetention,
  type Retention,
} from "../../s3_protocol/object_lock_document.ts";
import type { Call } from "./call.ts";
import type { Operation } from "./operation.ts";
import { documentReply, emptyReply } from "./reply.ts";

/** A bucket's object lock. */
export const getObjectLockConfiguration: Operation = {
  name: "GetObjectLockConfiguration",
  access: "read",
  async run({ engine, bucket }) {
    const { objectLock } = await engine.buckets.stat(bucket);
    if (objectLock === undefined) {
      throw new S3Fault("ObjectLockConfigurationNotFoundError", { fields: { BucketName: bucket } });
    }
    return documentReply(objectLockDocument(objectLock.defaultRetention));
  },
};

/** Turns a bucket's object lock on, or changes what new objects get. */
export const putObjectLockConfiguration: Operation = {
  name: "PutObjectLockConfiguration",
  access: "write",
  async run({ engine, bucket, body }) {
    await engine.buckets.stat(bucket);
    await engine.buckets.setObjectLock(bucket, parseObjectLockConfiguration(await body.bytes()));
    return emptyReply();
  },
};

/** Until when a version is kept. */
export const getObjectRetention: Operation = {
  name: "GetObjectRetention",
  access: "read",
  async run(call) {
    await requireLock(call);
    const { retention } = await call.engine.objects.stat(call.objectName());
    if (retention === undefined) throw new S3Fault("NoSuchObjectLockConfiguration");
    return documentReply(retentionDocument(retention));
  },
};

/** Sets until when a version is kept. */
export const putObjectRetention: Operation = {
  name: "PutObjectRetention",
  access: "write",
  async run(call) {
    await requireLock(call);
    const retention = parseRetention(await call.body.bytes());
    requireFuture(retention, call.now);
    const bypassGovernance = await call.bypassesGovernance();
    await call.engine.objects.setRetention(call.objectName(), retention, { bypassGovernance });
    return emptyReply();
  },
};

/** Whether a version is held. */
export const getObjectLegalHold: Operation = {
  name: "GetObjectLegalHold",
  access: "read",
  async run(call) {
    await requireLock(call);
    const { legalHold } = await call.engine.objects.stat(call.objectName());
    if (legalHold === undefined) throw new S3Fault("NoSuchObjectLockConfiguration");
    return documentReply(legalHoldDocument(legalHold));
  },
};

/** Holds a version, or lets it go. */
export const putObjectLegalHold: Operation = {
  name: "PutObjectLegalHold",
  access: "write",
  async run(call) {
    await requireLock(call);
    const on = parseLegalHold(await call.body.bytes());
    await call.engine.objects.setLegalHold(call.objectName(), on);
    return emptyReply();
  },
};

/**
 * Refuses a retention that is over already.
 *
 * @throws {S3Fault} `InvalidArgument`.
 */
export function requireFuture(retention: Retention | undefined, now: number): void {
  if (retention === undefined || retention.until > now) return;
  throw new S3Fault("InvalidArgument", {
    message: "The date until which to retain has to be in the future",
    fields: { ArgumentName: "RetainUntilDate" },
  });
}

async function requireLock(call: Call): Promise<void> {
  const { objectLock } = await call.engine.buckets.stat(call.bucket);
  if (objectLock !== undefined) return;
  throw new S3Fault("InvalidRequest", { message: "The bucket has no object lock" });
}
