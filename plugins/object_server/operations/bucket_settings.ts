import { requestPaymentDocument } from "../../s3_protocol/bucket_results.ts";
import { type S3ErrorCode, S3Fault } from "../../s3_protocol/errors.ts";
import { element, xmlDocument } from "../../s3_protocol/xml_text.ts";
import type { Operation } from "./operation.ts";
import { documentReply, emptyReply } from "./reply.ts";

/** A setting that no bucket has: asking is answered as S3 answers for a bucket without it. */
function absent(name: string, code: S3ErrorCode): Operation {
  return {
    name,
    access: "read",
    async run({ engine, bucket }) {
      await engine.buckets.stat(bucket);
      throw new S3Fault(code, { fields: { BucketName: bucket } });
    },
  };
}

/** A setting that is the same for all buckets. */
function fixed(name: string, xml: string): Operation {
  return {
    name,
    access: "read",
    async run({ engine, bucket }) {
      await engine.buckets.stat(bucket);
      return documentReply(xml);
    },
  };
}

/** Dropping a setting that no bucket has: it is gone. */
function dropped(name: string): Operation {
  return {
    name,
    access: "write",
    async run({ engine, bucket }) {
      await engine.buckets.stat(bucket);
      return emptyReply(204);
    },
  };
}

/** Buckets have no policies: access is given by grants. */
export const getBucketPolicy = absent("GetBucketPolicy", "NoSuchBucketPolicy");
/** No bucket is public. */
export const getBucketPolicyStatus = fixed(
  "GetBucketPolicyStatus",
  xmlDocument("PolicyStatus", [element("IsPublic", false)]),
);
/** There is none to drop. */
export const deleteBucketPolicy = dropped("DeleteBucketPolicy");
/** Objects stay until they are deleted. */
export const getBucketLifecycle = absent("GetBucketLifecycleConfiguration", "NoSuchLifecycleConfiguration");
/** There is none to drop. */
export const deleteBucketLifecycle = dropped("DeleteBucketLifecycle");
/** Objects are kept as they are. */
export const getBucketEncryption = absent(
  "GetBucketEncryption",
  "ServerSideEncryptionConfigurationNotFoundError",
);
/** There is none to drop. */
export const deleteBucketEncryption = dropped("DeleteBucketEncryption");
/** Nothing is served as a site. */
export const getBucketWebsite = absent("GetBucketWebsite", "NoSuchWebsiteConfiguration");
/** There is none to drop. */
export const deleteBucketWebsite = dropped("DeleteBucketWebsite");
/** Nothing is copied elsewhere. */
export const getBucketReplication = absent(
  "GetBucketReplication",
  "ReplicationConfigurationNotFoundError",
);
/** Nothing public can be made. */
export const getPublicAccessBlock = fixed(
  "GetPublicAccessBlock",
  xmlDocument(
    "PublicAccessBlockConfiguration",
    ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"]
      .map((name) => element(name, true)),
  ),
);
/** Access control lists have no effect. */
export const getBucketOwnershipControls = fixed(
  "GetBucketOwnershipControls",
  xmlDocument("OwnershipControls", [element("Rule", [element("ObjectOwnership", "BucketOwnerEnforced")])]),
);
/** The owner pays. */
export const getBucketRequestPayment = fixed("GetBucketRequestPayment", requestPaymentDocument());
/** Requests are logged by the server, not into buckets. */
export const getBucketLogging = fixed("GetBucketLogging", xmlDocument("BucketLoggingStatus", []));
/** Nobody is notified. */
export const getBucketNotification = fixed(
  "GetBucketNotificationConfiguration",
  xmlDocument("NotificationConfiguration", []),
);
/** There is one place. */
export const getBucketAccelerate = fixed(
  "GetBucketAccelerateConfiguration",
  xmlDocument("AccelerateConfiguration", []),
);
