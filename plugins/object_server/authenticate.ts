import { readAuthentication } from "../s3_protocol/authentication.ts";
import { S3Fault } from "../s3_protocol/errors.ts";
import { isPresignedV2, readPresignedV2, verifyPresignedV2 } from "../s3_protocol/presigned_v2.ts";
import type { RequestHead } from "../s3_protocol/request_head.ts";
import { type VerifiedRequest, verifyRequest } from "../s3_protocol/verify_request.ts";
import { toByteText } from "./http/encode_head.ts";
import type { ObjectEngine, User } from "./object_engine.ts";

/** Whose requests are taken. */
export interface AuthenticateOptions {
  /** Epoch milliseconds. */
  readonly now: number;
  /** The only region whose signatures are taken; absent, any is. Those of Version 2 are of none. */
  readonly region: string | undefined;
  /** The bucket that the host names, in virtual-host style. */
  readonly hostBucket: string | undefined;
}

/**
 * Finds out who sent a request, and proves it.
 *
 * @throws {S3Fault} `AccessDenied` for one without a signature, and what reading and verifying one throw.
 */
export async function authenticate(
  engine: ObjectEngine,
  head: RequestHead,
  options: AuthenticateOptions,
): Promise<{ user: User; verified: VerifiedRequest }> {
  // What boto3, aws-cli and s3cmd make of a URL for us-east-1, unless they are told otherwise.
  if (isPresignedV2(head)) {
    const presigned = readPresignedV2(head);
    const found = await engine.accounts.find(presigned.accessKeyId);
    const secret = found?.key.secret.reveal();
    const verified = verifyPresignedV2(head, presigned, secret, {
      now: options.now,
      bucket: options.hostBucket,
    });
    return { user: found!.user, verified };
  }
  const authentication = readAuthentication(head);
  if (authentication === undefined) throw new S3Fault("AccessDenied");
  const found = await engine.accounts.find(authentication.accessKeyId);
  const verified = verifyRequest(head, authentication, found?.key.secret.reveal(), {
    now: options.now,
    ...(options.region === undefined ? {} : { region: options.region }),
  });
  return { user: found!.user, verified };
}

/**
 * Parameters of a presigned URL that are no headers: the signature itself, and checksums, which the AWS SDK for JavaScript
 * (3.1169) writes there of an empty body, whatever is sent later.
 */
const NOT_HEADERS = new RegExp(
  "^x-amz-(algorithm|credential|date|expires|signedheaders|signature|security-token|content-sha256" +
    "|checksum-(?!algorithm|type|mode).*|sdk-checksum-algorithm)$",
);

/**
 * The headers of a request, with those that a presigned URL carries in its query.
 *
 * @param headers Values with one character a byte, as are those that come back.
 * @param parameters Names of the query with their values, decoded.
 */
export function withQueryHeaders(
  headers: readonly (readonly [string, string])[],
  parameters: Iterable<readonly [string, string]>,
): readonly (readonly [string, string])[] {
  const names = new Set(headers.map(([name]) => name.toLowerCase()));
  const hoisted = [...parameters].filter(([name]) => {
    const lower = name.toLowerCase();
    return lower.startsWith("x-amz-") && !NOT_HEADERS.test(lower) && !names.has(lower);
  });
  if (hoisted.length === 0) return headers;
  return [...headers, ...hoisted.map(([name, value]) => [name, toByteText(value)] as const)];
}
