import {
  corsDocument,
  corsHeaders,
  type CorsRule,
  parseCorsConfiguration,
} from "../../s3_protocol/cors_rules.ts";
import { S3Fault } from "../../s3_protocol/errors.ts";
import type { HeaderList } from "../http/http_message.ts";
import type { ObjectEngine } from "../object_engine.ts";
import type { Operation } from "./operation.ts";
import { documentReply, emptyReply, type Reply } from "./reply.ts";

/** Name of a bucket's rules among its documents. */
const DOCUMENT = "cors";

const encoder = new TextEncoder();

/** The rules of a bucket. */
export const getBucketCors: Operation = {
  name: "GetBucketCors",
  access: "read",
  async run({ engine, bucket }) {
    const xml = await engine.buckets.document(bucket, DOCUMENT);
    if (xml === undefined) throw new S3Fault("NoSuchCORSConfiguration", { fields: { BucketName: bucket } });
    return documentReply(xml);
  },
};

/** Sets the rules of a bucket. */
export const putBucketCors: Operation = {
  name: "PutBucketCors",
  access: "write",
  async run({ engine, bucket, body }) {
    await engine.buckets.stat(bucket);
    const rules = parseCorsConfiguration(await body.bytes());
    await engine.buckets.setDocument(bucket, DOCUMENT, corsDocument(rules));
    return emptyReply();
  },
};

/** Drops the rules of a bucket. */
export const deleteBucketCors: Operation = {
  name: "DeleteBucketCors",
  access: "write",
  async run({ engine, bucket }) {
    await engine.buckets.setDocument(bucket, DOCUMENT, undefined);
    return emptyReply(204);
  },
};

async function rulesOf(engine: ObjectEngine, bucket: string): Promise<readonly CorsRule[]> {
  const xml = await engine.buckets.document(bucket, DOCUMENT);
  return xml === undefined ? [] : parseCorsConfiguration(encoder.encode(xml));
}

/**
 * Answers a browser that asks whether a page may send a request; it carries no signature.
 *
 * @param headers By lower-case name.
 * @throws {S3Fault} `BadRequest` if it does not say what it asks, `CORSForbidden`.
 */
export async function preflight(
  engine: ObjectEngine,
  bucket: string,
  headers: ReadonlyMap<string, string>,
): Promise<Reply> {
  const origin = headers.get("origin"), method = headers.get("access-control-request-method");
  if (!origin || !method) {
    throw new S3Fault("BadRequest", {
      message: "A preflight has an Origin and an Access-Control-Request-Method",
    });
  }
  const asked = (headers.get("access-control-request-headers") ?? "").split(",")
    .map((name) => name.trim()).filter((name) => name !== "");
  const answer = corsHeaders(await rulesOf(engine, bucket), { origin, method, headers: asked });
  if (answer === undefined) throw new S3Fault("CORSForbidden");
  return emptyReply(200, Object.entries(answer));
}

/**
 * Headers that let a page of another origin see a reply; none if it may not, or does not ask.
 *
 * @param headers By lower-case name.
 */
export async function headersForOrigin(
  engine: ObjectEngine,
  bucket: string,
  method: string,
  headers: ReadonlyMap<string, string>,
): Promise<HeaderList> {
  const origin = headers.get("origin");
  if (!origin || bucket === "") return [];
  try {
    // A page is told what a preflight for the request would have said.
    const asked = headers.get("access-control-request-method") ?? method;
    return Object.entries(
      corsHeaders(await rulesOf(engine, bucket), { origin, method: asked, headers: [] }) ?? {},
    );
  } catch {
    // The reply itself says what is wrong with the bucket.
    return [];
  }
}
