import { S3Fault } from "./errors.ts";
import { equalInConstantTime, hmacSha1Base64 } from "./hmac.ts";
import { parsePayloadHash, UNSIGNED_PAYLOAD } from "./payload_hash.ts";
import { percentDecode } from "./percent_encoding.ts";
import { headerOf, type RequestHead } from "./request_head.ts";
import { isoDate } from "./timestamp.ts";
import type { VerifiedRequest } from "./verify_request.ts";

/** What a URL that was presigned by Signature Version 2 says of who made it; nothing of it is proven yet. */
export interface PresignedV2 {
  readonly accessKeyId: string;
  /** Epoch milliseconds. */
  readonly endsAt: number;
  readonly signature: string;
}

/** Furthest that its end may be ahead: what a URL of Version 4 may last, and as much as clocks may be apart. */
const MAX_AHEAD_MS = (604_800 + 15 * 60) * 1000;

/** Parameters that make the signature. */
const OWN = new Set(["AWSAccessKeyId", "Expires", "Signature"]);

/** Headers that clients move to the query of such a URL, where no header says another thing. */
const MOVED = new Set(["content-type", "content-md5"]);

/** Parameters that it covers. */
const COVERED = new Set(
  ("accelerate acl cors delete lifecycle location logging notification object-lock partNumber policy requestPayment restore " +
    "response-cache-control response-content-disposition response-content-encoding response-content-language " +
    "response-content-type response-expires tagging torrent uploadId uploads versionId versioning versions website")
    .split(" "),
);

/** Whether a request claims to come by a URL presigned by Signature Version 2. @throws {S3Fault} `InvalidURI`. */
export function isPresignedV2(head: RequestHead): boolean {
  const names = new Set(parametersOf(head.query).map(({ name }) => name));
  return names.has("AWSAccessKeyId") && names.has("Signature");
}

/**
 * Reads who made such a URL.
 *
 * @throws {S3Fault} `InvalidArgument` for another way to authenticate beside it, `AccessDenied` for an end that is none.
 */
export function readPresignedV2(head: RequestHead): PresignedV2 {
  const query = new Map(parametersOf(head.query).map(({ name, value }) => [name, value]));
  if (headerOf(head, "authorization") !== undefined || query.has("X-Amz-Algorithm")) {
    throw new S3Fault("InvalidArgument", { message: "Only one way to authenticate may be used at a time" });
  }
  const expires = query.get("Expires") ?? "";
  if (!/^\d{1,12}$/.test(expires)) {
    throw new S3Fault("AccessDenied", { message: "Expires has to be the second at which the URL ends" });
  }
  return {
    accessKeyId: query.get("AWSAccessKeyId")!,
    endsAt: Number(expires) * 1000,
    signature: query.get("Signature")!,
  };
}

/**
 * Proves that such a URL was made with a secret key, for this request, and has not ended. As with one of Version 4, the body
 * is not covered.
 *
 * Of parameters Version 2 covers those that it knows; any other, such as the prefix of a listing, could be put there by whoever has
 * the URL, and is refused.
 *
 * @param bucket That of the host in virtual-host style; absent in path style.
 * @param secretKey That of `presigned.accessKeyId`; `undefined` if there is no such key.
 * @param now Epoch milliseconds.
 * @throws {S3Fault} `InvalidAccessKeyId`, `InvalidToken`, `AccessDenied` (ended; ends too late; a parameter that ought to be
 *   covered), `SignatureDoesNotMatch`, `InvalidRequest` (a body in chunks that are signed).
 * @see {@link https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html}
 */
export function verifyPresignedV2(
  head: RequestHead,
  { accessKeyId, endsAt, signature }: PresignedV2,
  secretKey: string | undefined,
  { bucket, now }: { readonly bucket?: string | undefined; readonly now: number },
): VerifiedRequest {
  const fields = { AWSAccessKeyId: accessKeyId };
  if (secretKey === undefined) throw new S3Fault("InvalidAccessKeyId", { fields });
  const parameters = parametersOf(head.query);
  const amz = amzHeaders(head, parameters);
  if (amz.some(([name]) => name === "x-amz-security-token")) throw new S3Fault("InvalidToken");
  checkEnd(endsAt, now);
  checkCovered(parameters);
  const payload = parsePayloadHash(headerOf(head, "x-amz-content-sha256") ?? UNSIGNED_PAYLOAD);
  if (payload.kind === "chunked" && payload.signed) {
    throw new S3Fault("InvalidRequest", { message: "Chunks are signed by AWS4-HMAC-SHA256 alone" });
  }
  const text = stringToSign(head, { parameters, amz, endsAt, bucket });
  if (equalInConstantTime(signature, hmacSha1Base64(secretKey, text))) {
    return { accessKeyId, how: "query", payload };
  }
  throw new S3Fault("SignatureDoesNotMatch", {
    fields: { ...fields, StringToSign: text, SignatureProvided: signature },
  });
}

/**
 * Signs a request in its query as Signature Version 2 does.
 *
 * @param head With the headers and parameters that the signature is to cover.
 * @param endsAt Epoch milliseconds; a whole second.
 * @returns Base64.
 */
export function signV2(
  head: RequestHead,
  secretKey: string,
  { bucket, endsAt }: { readonly bucket?: string | undefined; readonly endsAt: number },
): string {
  const parameters = parametersOf(head.query);
  const amz = amzHeaders(head, parameters);
  return hmacSha1Base64(secretKey, stringToSign(head, { parameters, amz, endsAt, bucket }));
}

interface Parameter {
  readonly name: string;
  readonly value: string;
  /** Name and value as they are signed; a name alone where there is no `=`. */
  readonly text: string;
}

function parametersOf(query: string): Parameter[] {
  return query.split("&").filter((piece) => piece !== "").map((piece) => {
    const at = piece.indexOf("=");
    const name = percentDecode(at < 0 ? piece : piece.slice(0, at), true);
    const value = at < 0 ? "" : percentDecode(piece.slice(at + 1), true);
    return { name, value, text: at < 0 ? name : `${name}=${value}` };
  });
}

/** Headers of S3's own by lower-case name, sorted, with those that clients moved to the query. */
function amzHeaders(head: RequestHead, parameters: readonly Parameter[]): [name: string, value: string][] {
  const names = [...head.headers.map(([name]) => name), ...parameters.map(({ name }) => name)]
    .map((name) => name.toLowerCase()).filter((name) => name.startsWith("x-amz-"));
  return [...new Set(names)].sort().map((name) => [name, valueOf(head, parameters, name)!.trim()]);
}

/** Of a header, or else of a parameter in its place. */
function valueOf(head: RequestHead, parameters: readonly Parameter[], name: string): string | undefined {
  return headerOf(head, name) ?? parameters.find((parameter) => parameter.name.toLowerCase() === name)?.value;
}

function stringToSign(head: RequestHead, { parameters, amz, endsAt, bucket }: {
  readonly parameters: readonly Parameter[];
  readonly amz: readonly (readonly [string, string])[];
  readonly endsAt: number;
  readonly bucket: string | undefined;
}): string {
  const covered = parameters.filter(({ name }) => COVERED.has(name))
    .sort((a, b) => a.name < b.name ? -1 : a.name > b.name ? 1 : 0).map(({ text }) => text);
  const path = `${bucket === undefined ? "" : `/${bucket}`}${head.path}`;
  return [
    head.method,
    valueOf(head, parameters, "content-md5") ?? "",
    valueOf(head, parameters, "content-type") ?? "",
    String(endsAt / 1000),
    ...amz.map(([name, value]) => `${name}:${value}`),
    covered.length === 0 ? path : `${path}?${covered.join("&")}`,
  ].join("\n");
}

function checkEnd(endsAt: number, now: number): void {
  const fields = { Expires: isoDate(endsAt), ServerTime: isoDate(now) };
  if (now > endsAt) throw new S3Fault("AccessDenied", { message: "The request has expired", fields });
  if (endsAt - now <= MAX_AHEAD_MS) return;
  throw new S3Fault("AccessDenied", { message: "The URL may end at most seven days from now", fields });
}

function checkCovered(parameters: readonly Parameter[]): void {
  const seen = new Set<string>();
  const free = parameters.map(({ name }) => name).filter((name) => {
    const lower = name.toLowerCase();
    // Of a header that is in the query twice, the signature covers one.
    if (seen.size === seen.add(lower).size) return true;
    return !OWN.has(name) && !COVERED.has(name) && !MOVED.has(lower) && !lower.startsWith("x-amz-");
  });
  if (free.length === 0) return;
  throw new S3Fault("AccessDenied", {
    message:
      "The query has parameters that Signature Version 2 does not cover; sign with AWS4-HMAC-SHA256, in boto3 by " +
      'Config(signature_version="s3v4")',
    fields: { ParametersNotSigned: free.join(", ") },
  });
}
