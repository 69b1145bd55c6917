import { canonicalRequest } from "./canonical_request.ts";
import { UNSIGNED_PAYLOAD } from "./payload_hash.ts";
import { percentEncode } from "./percent_encoding.ts";
import type { RequestHead } from "./request_head.ts";
import { ALGORITHM, type Scope, scopeText, signCanonicalRequest, signingKey } from "./signing_key.ts";
import { timestampText } from "./timestamp.ts";

/** Whose signature it is, for which region, and when. */
export interface Signer {
  readonly accessKeyId: string;
  readonly secretKey: string;
  readonly region: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/**
 * Signs a request in its headers.
 *
 * @param head With `host`. Headers that proxies change, such as user-agent, are better added afterwards: all that are here are signed.
 * @param payloadHash SHA-256 of the body in hex, or a word such as `UNSIGNED-PAYLOAD`.
 * @returns All headers to send: those of `head`, `x-amz-date`, `x-amz-content-sha256` and `authorization`.
 */
export function signRequest(
  head: RequestHead,
  payloadHash: string,
  signer: Signer,
): readonly (readonly [name: string, value: string])[] {
  const timestamp = timestampText(signer.at);
  const headers = [...head.headers, ["x-amz-date", timestamp], [
    "x-amz-content-sha256",
    payloadHash,
  ]] as const;
  const names = signedNames(headers);
  const scope = scopeOf(signer, timestamp);
  const canonical = canonicalRequest({ ...head, headers }, names, payloadHash);
  const signature = signCanonicalRequest(signingKey(signer.secretKey, scope), timestamp, scope, canonical);
  const credential = `${signer.accessKeyId}/${scopeText(scope)}`;
  return [...headers, [
    "authorization",
    `${ALGORITHM} Credential=${credential},SignedHeaders=${names.join(";")},Signature=${signature}`,
  ]];
}

/**
 * Signs a request in its query, so that whoever has the URL may send it.
 *
 * @param head With `host`; whatever headers it has have to be sent as they are.
 * @param expiresSeconds 1 to 604,800.
 * @returns The query to send, without `?`.
 */
export function presignQuery(head: RequestHead, expiresSeconds: number, signer: Signer): string {
  const timestamp = timestampText(signer.at);
  const scope = scopeOf(signer, timestamp);
  const names = signedNames(head.headers);
  const parameters = [
    ["X-Amz-Algorithm", ALGORITHM],
    ["X-Amz-Credential", `${signer.accessKeyId}/${scopeText(scope)}`],
    ["X-Amz-Date", timestamp],
    ["X-Amz-Expires", String(expiresSeconds)],
    ["X-Amz-SignedHeaders", names.join(";")],
  ].map((pair) => pair.map((text) => percentEncode(text)).join("="));
  const query = [...(head.query === "" ? [] : [head.query]), ...parameters].join("&");
  const canonical = canonicalRequest({ ...head, query }, names, UNSIGNED_PAYLOAD);
  const key = signingKey(signer.secretKey, scope);
  return `${query}&X-Amz-Signature=${signCanonicalRequest(key, timestamp, scope, canonical)}`;
}

function scopeOf(signer: Signer, timestamp: string): Scope {
  return { date: timestamp.slice(0, 8), region: signer.region, service: "s3" };
}

function signedNames(headers: RequestHead["headers"]): string[] {
  return [...new Set(headers.map(([name]) => name.toLowerCase()))].sort();
}
