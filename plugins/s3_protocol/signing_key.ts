import { hmacSha256, hmacSha256Hex, sha256Hex } from "./hmac.ts";

/** Name of the only algorithm that is spoken here. */
export const ALGORITHM = "AWS4-HMAC-SHA256";

/** What a signing key is good for: one day, region and service. */
export interface Scope {
  /** `YYYYMMDD`. */
  readonly date: string;
  readonly region: string;
  /** `s3`. */
  readonly service: string;
}

/** `YYYYMMDD/region/service/aws4_request`. */
export function scopeText(scope: Scope): string {
  return `${scope.date}/${scope.region}/${scope.service}/aws4_request`;
}

/**
 * Derives the key that signs within a scope.
 *
 * @see {@link https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html} Task 3
 */
export function signingKey(secretKey: string, scope: Scope): Uint8Array {
  const parts = [scope.date, scope.region, scope.service, "aws4_request"];
  return parts.reduce<Uint8Array>(hmacSha256, new TextEncoder().encode(`AWS4${secretKey}`));
}

/** Signs a canonical request: 64 lower-case hex digits. @param timestamp `YYYYMMDDTHHMMSSZ`. */
export function signCanonicalRequest(
  key: Uint8Array,
  timestamp: string,
  scope: Scope,
  request: string,
): string {
  return hmacSha256Hex(key, [ALGORITHM, timestamp, scopeText(scope), sha256Hex(request)].join("\n"));
}
