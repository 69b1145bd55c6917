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

/** Most keys that are remembered: each costs four HMACs, and a server asks for the same few all day. */
const MAX_REMEMBERED = 256;
const remembered = new Map<string, Uint8Array>();

/**
 * Derives the key that signs within a scope.
 *
 * @returns Shared: not to be written to.
 * @see {@link https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html} Task 3
 */
export function signingKey(secretKey: string, scope: Scope): Uint8Array {
  const name = `${scopeText(scope)}/${secretKey}`;
  let key = remembered.get(name);
  if (key === undefined) {
    const parts = [scope.date, scope.region, scope.service, "aws4_request"];
    key = parts.reduce<Uint8Array>(hmacSha256, new TextEncoder().encode(`AWS4${secretKey}`));
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(name, key);
  }
  return key;
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
