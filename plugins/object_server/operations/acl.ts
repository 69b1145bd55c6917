import { ownerAclDocument } from "../../s3_protocol/bucket_results.ts";
import { S3Fault } from "../../s3_protocol/errors.ts";
import { readXml, type XmlElement } from "../../s3_protocol/read_xml.ts";
import { childOf, childrenOf, expectRoot, wordOf } from "../../s3_protocol/xml_fields.ts";
import type { Call } from "./call.ts";
import type { Operation } from "./operation.ts";
import { ownerOf } from "./owner.ts";
import { documentReply, emptyReply } from "./reply.ts";

/** Canned lists that give nobody more than grants do. */
const PRIVATE = ["private", "bucket-owner-full-control", "bucket-owner-read", "log-delivery-write"];
const PUBLIC = ["public-read", "public-read-write", "authenticated-read", "aws-exec-read"];

const refusal = () =>
  new S3Fault("AccessDenied", {
    message: "Access is given by grants to users; access control lists give none",
  });

/**
 * What becomes of a list that would make something public: it is refused, or taken and has no effect, as in S3 with
 * IgnorePublicAcls. Nothing is ever public.
 */
export type PublicAcls = "refuse" | "ignore";

/**
 * Refuses what would make something public.
 *
 * @param canned A canned list that did not come as a header.
 * @throws {S3Fault} `AccessDenied`, `InvalidArgument` for a canned list that is not known.
 */
export function requirePrivateAcl(call: Pick<Call, "headers" | "publicAcls">, canned?: string): void {
  const name = canned ?? call.headers.get("x-amz-acl");
  for (const header of call.headers.keys()) if (header.startsWith("x-amz-grant-")) throw refusal();
  if (name === undefined || PRIVATE.includes(name)) return;
  if (PUBLIC.includes(name)) {
    if (call.publicAcls === "ignore") return;
    throw refusal();
  }
  throw new S3Fault("InvalidArgument", { fields: { ArgumentName: "x-amz-acl", ArgumentValue: name } });
}

/** Who has a bucket. */
export const getBucketAcl: Operation = {
  name: "GetBucketAcl",
  access: "read",
  async run({ engine, bucket }) {
    const { owner } = await engine.buckets.stat(bucket);
    return documentReply(ownerAclDocument(ownerOf(owner)));
  },
};

/** Who has an object. */
export const getObjectAcl: Operation = {
  name: "GetObjectAcl",
  access: "read",
  async run(call) {
    const { owner } = await call.engine.objects.stat(call.objectName());
    return documentReply(ownerAclDocument(ownerOf(owner)));
  },
};

/** Takes a list that says what is so already. */
export const putBucketAcl: Operation = {
  name: "PutBucketAcl",
  access: "write",
  async run(call) {
    const { owner } = await call.engine.buckets.stat(call.bucket);
    return await putAcl(call, owner);
  },
};

/** Takes a list that says what is so already. */
export const putObjectAcl: Operation = {
  name: "PutObjectAcl",
  access: "write",
  async run(call) {
    const { owner } = await call.engine.objects.stat(call.objectName());
    return await putAcl(call, owner);
  },
};

async function putAcl(call: Call, owner: string) {
  requirePrivateAcl(call);
  const bytes = await call.body.bytes();
  if (bytes.length > 0) {
    const list = childOf(expectRoot(readXml(bytes), "AccessControlPolicy"), "AccessControlList");
    for (const grant of list === undefined ? [] : childrenOf(list, "Grant")) {
      if (!givesOwner(grant, owner)) throw refusal();
    }
  }
  return emptyReply();
}

function givesOwner(grant: XmlElement, owner: string): boolean {
  const grantee = childOf(grant, "Grantee");
  return grantee !== undefined && wordOf(grantee, "ID") === owner &&
    wordOf(grant, "Permission") === "FULL_CONTROL";
}
