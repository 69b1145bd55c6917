import type { Authentication } from "./authentication.ts";
import { canonicalRequest } from "./canonical_request.ts";
import { S3Fault } from "./errors.ts";
import { equalInConstantTime, sha256Hex } from "./hmac.ts";
import { parsePayloadHash, type Payload } from "./payload_hash.ts";
import type { RequestHead } from "./request_head.ts";
import { ALGORITHM, type Scope, scopeText, signCanonicalRequest, signingKey } from "./signing_key.ts";
import { isoDate } from "./timestamp.ts";

/** Furthest that the clocks of client and server may be apart. */
export const MAX_SKEW_MS = 15 * 60 * 1000;

/** What a verified request is known to be. */
export interface VerifiedRequest {
  readonly accessKeyId: string;
  readonly how: "header" | "query";
  /** How its body is to be read, and what it is held to. */
  readonly payload: Payload;
  /** What chunk signatures go on from; absent where there can be none. */
  readonly seed?: ChunkSeed;
}

/** What the signatures of chunks are made with. */
export interface ChunkSeed {
  readonly signingKey: Uint8Array;
  readonly scope: Scope;
  /** `YYYYMMDDTHHMMSSZ`. */
  readonly timestamp: string;
  /** Signature of the request. */
  readonly signature: string;
}

/** What a request is verified against. */
export interface VerifyOptions {
  /** Epoch milliseconds. */
  readonly now: number;
  /** The only region whose signatures are taken; absent, any is. */
  readonly region?: string;
}

/**
 * Proves that a request was signed with a secret key, in time, and over all that matters.
 *
 * @param secretKey That of `authentication.accessKeyId`; `undefined` if there is no such key.
 * @throws {S3Fault} `InvalidAccessKeyId`, `InvalidToken`, `RequestTimeTooSkewed`, `AccessDenied` (expired, not yet valid,
 *   a header that ought to be signed), `AuthorizationHeaderMalformed` (region), `SignatureDoesNotMatch`,
 *   and those of {@link parsePayloadHash}.
 */
export function verifyRequest(
  head: RequestHead,
  authentication: Authentication,
  secretKey: string | undefined,
  options: VerifyOptions,
): VerifiedRequest {
  const { accessKeyId, scope, timestamp, signature } = authentication;
  if (secretKey === undefined) {
    throw new S3Fault("InvalidAccessKeyId", { fields: { AWSAccessKeyId: accessKeyId } });
  }
  // Keys here are permanent ones; whatever came with a token was made for another service.
  if (authentication.securityToken !== undefined) throw new S3Fault("InvalidToken");
  checkRegion(scope, options.region);
  checkTime(authentication, options.now);
  checkSignedHeaders(head, authentication);
  const payload = parsePayloadHash(authentication.payloadHash);
  const canonical = canonicalRequest(head, authentication.signedHeaders, authentication.payloadHash);
  const key = signingKey(secretKey, scope);
  if (!equalInConstantTime(signature, signCanonicalRequest(key, timestamp, scope, canonical))) {
    throw new S3Fault("SignatureDoesNotMatch", {
      fields: {
        AWSAccessKeyId: accessKeyId,
        StringToSign: [ALGORITHM, timestamp, scopeText(scope), sha256Hex(canonical)].join("\n"),
        SignatureProvided: signature,
        CanonicalRequest: canonical,
      },
    });
  }
  return {
    accessKeyId,
    how: authentication.how,
    payload,
    seed: { signingKey: key, scope, timestamp, signature },
  };
}

function checkRegion(scope: Scope, region: string | undefined): void {
  if (region === undefined || scope.region === region) return;
  throw new S3Fault("AuthorizationHeaderMalformed", {
    message: `The request is signed for region ${scope.region}; here it has to be ${region}`,
    fields: { Region: region },
  });
}

function checkTime({ how, signedAt, expiresSeconds }: Authentication, now: number): void {
  if (how === "header") {
    if (Math.abs(now - signedAt) <= MAX_SKEW_MS) return;
    throw new S3Fault("RequestTimeTooSkewed", {
      fields: {
        RequestTime: isoDate(signedAt),
        ServerTime: isoDate(now),
        MaxAllowedSkewMilliseconds: String(MAX_SKEW_MS),
      },
    });
  }
  if (signedAt - now > MAX_SKEW_MS) {
    throw new S3Fault("AccessDenied", {
      message: "The request is not valid yet",
      fields: { ServerTime: isoDate(now) },
    });
  }
  const endsAt = signedAt + expiresSeconds! * 1000;
  if (now <= endsAt) return;
  throw new S3Fault("AccessDenied", {
    message: "The request has expired",
    fields: { Expires: isoDate(endsAt), ServerTime: isoDate(now) },
  });
}

function checkSignedHeaders(head: RequestHead, { how, signedHeaders }: Authentication): void {
  const signed = new Set(signedHeaders);
  const required = head.headers.map(([name]) => name.toLowerCase())
    .filter((name) => name.startsWith("x-amz-"))
    // In a presigned request its value stands in the canonical request as the hash of the body, signed header or not.
    .filter((name) => how === "header" || name !== "x-amz-content-sha256");
  const missing = ["host", ...required].filter((name) => !signed.has(name));
  if (missing.length === 0) return;
  throw new S3Fault("AccessDenied", {
    message: "The request has headers that its signature has to cover and does not",
    fields: { HeadersNotSigned: [...new Set(missing)].join(", ") },
  });
}
