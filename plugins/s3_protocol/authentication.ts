import { S3Fault } from "./errors.ts";
import { UNSIGNED_PAYLOAD } from "./payload_hash.ts";
import { parseQuery } from "./percent_encoding.ts";
import { headerOf, type RequestHead } from "./request_head.ts";
import { ALGORITHM, type Scope } from "./signing_key.ts";
import { parseHttpDate, parseTimestamp, timestampText } from "./timestamp.ts";

/** What a request says of who sent it; nothing of it is proven yet. */
export interface Authentication {
  readonly how: "header" | "query";
  readonly accessKeyId: string;
  readonly scope: Scope;
  /** `YYYYMMDDTHHMMSSZ`. */
  readonly timestamp: string;
  /** Epoch milliseconds. */
  readonly signedAt: number;
  /** Seconds that a presigned URL lasts; only with `query`. */
  readonly expiresSeconds?: number;
  /** Lower case, in the order of the signature. */
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** What stands for the body in the canonical request. */
  readonly payloadHash: string;
  /** Token of temporary credentials, if there is one. */
  readonly securityToken?: string;
}

/** Longest that a presigned URL may last: seven days. */
export const MAX_PRESIGNED_SECONDS = 604_800;

/**
 * Reads who a request claims to be from.
 *
 * @returns `undefined` if it claims nothing: it is anonymous.
 * @throws {S3Fault} `AuthorizationHeaderMalformed`, `AuthorizationQueryParametersError`, `InvalidArgument`,
 *   `InvalidRequest` (Signature Version 2 in a header; no x-amz-content-sha256), `AccessDenied` (no date; a lifetime out of range), `InvalidURI`.
 */
export function readAuthentication(head: RequestHead): Authentication | undefined {
  const authorization = headerOf(head, "authorization")?.trim() ?? "";
  const query = new Map(parseQuery(head.query));
  const presigned = query.has("X-Amz-Algorithm") || query.has("X-Amz-Signature");
  if (authorization !== "" && presigned) {
    throw new S3Fault("InvalidArgument", { message: "Only one way to authenticate may be used at a time" });
  }
  if (presigned) return fromQuery(head, query);
  return authorization === "" ? undefined : fromHeader(head, authorization);
}

function fromHeader(head: RequestHead, authorization: string): Authentication {
  if (authorization.startsWith("AWS ")) throw unsupportedVersion();
  const [algorithm, rest] = splitOnce(authorization, " ");
  if (algorithm !== ALGORITHM) {
    throw new S3Fault("InvalidArgument", {
      message: `The Authorization header has to begin with ${ALGORITHM}`,
      fields: { ArgumentName: "Authorization", ArgumentValue: algorithm },
    });
  }
  const parts = new Map(rest.split(",").map((part) => splitOnce(part.trim(), "=")));
  const part = (name: string) => parts.get(name) || fail(malformedHeader, `has no ${name}`);
  const [accessKeyId, scope] = parseCredential(part("Credential"), malformedHeader);
  const signedAt = dateOf(head);
  const timestamp = timestampText(signedAt);
  if (timestamp.slice(0, 8) !== scope.date) throw malformedHeader("has a scope of another day than its date");
  const token = headerOf(head, "x-amz-security-token");
  return {
    how: "header",
    accessKeyId,
    scope,
    timestamp,
    signedAt,
    signedHeaders: parseSignedHeaders(part("SignedHeaders"), malformedHeader),
    signature: part("Signature"),
    payloadHash: headerOf(head, "x-amz-content-sha256") ??
      fail(
        (message) => new S3Fault("InvalidRequest", { message }),
        "The header x-amz-content-sha256 is missing",
      ),
    ...(token === undefined ? {} : { securityToken: token }),
  };
}

function fromQuery(head: RequestHead, query: ReadonlyMap<string, string>): Authentication {
  const part = (name: string) => query.get(name) || fail(malformedQuery, `has no ${name}`);
  if (part("X-Amz-Algorithm") !== ALGORITHM) {
    throw malformedQuery(`has an X-Amz-Algorithm that is not ${ALGORITHM}`);
  }
  const [accessKeyId, scope] = parseCredential(part("X-Amz-Credential"), malformedQuery);
  const timestamp = part("X-Amz-Date");
  const signedAt = parseTimestamp(timestamp) ??
    fail(malformedQuery, "has an X-Amz-Date that is not YYYYMMDDTHHMMSSZ");
  if (timestamp.slice(0, 8) !== scope.date) {
    throw malformedQuery("has a credential of another day than its X-Amz-Date");
  }
  const expires = part("X-Amz-Expires");
  if (!/^[+-]?\d{1,15}$/.test(expires)) {
    throw malformedQuery("has an X-Amz-Expires that is not a number of seconds");
  }
  const expiresSeconds = Number(expires);
  if (expiresSeconds < 1 || expiresSeconds > MAX_PRESIGNED_SECONDS) {
    throw new S3Fault("AccessDenied", {
      message: `X-Amz-Expires has to be from 1 to ${MAX_PRESIGNED_SECONDS}`,
    });
  }
  const token = query.get("X-Amz-Security-Token");
  return {
    how: "query",
    accessKeyId,
    scope,
    timestamp,
    signedAt,
    expiresSeconds,
    signedHeaders: parseSignedHeaders(part("X-Amz-SignedHeaders"), malformedQuery),
    signature: part("X-Amz-Signature"),
    payloadHash: query.get("X-Amz-Content-Sha256") ?? headerOf(head, "x-amz-content-sha256") ??
      UNSIGNED_PAYLOAD,
    ...(token === undefined ? {} : { securityToken: token }),
  };
}

/** `x-amz-date`, or else `Date`. */
function dateOf(head: RequestHead): number {
  const amzDate = headerOf(head, "x-amz-date");
  const at = amzDate === undefined ? undefined : parseTimestamp(amzDate) ?? parseHttpDate(amzDate);
  const date = headerOf(head, "date");
  return at ?? (date === undefined || amzDate !== undefined ? undefined : parseHttpDate(date)) ??
    fail(
      (message) => new S3Fault("AccessDenied", { message }),
      "The request needs a Date or x-amz-date that is a date",
    );
}

/**
 * Reads `<access key>/<YYYYMMDD>/<region>/<service>/aws4_request`; an access key may hold slashes.
 *
 * @param fault Makes what is thrown.
 */
export function parseCredential(
  text: string,
  fault: (message: string) => S3Fault,
): [accessKeyId: string, scope: Scope] {
  const parts = text.split("/");
  const [date, region, service, end] = parts.splice(-4);
  const accessKeyId = parts.join("/");
  if (accessKeyId === "" || end !== "aws4_request" || !/^\d{8}$/.test(date!) || region === "") {
    throw fault("has a credential that is not <access key>/YYYYMMDD/<region>/s3/aws4_request");
  }
  if (service !== "s3") throw fault("has a credential for another service than s3");
  return [accessKeyId, { date: date!, region: region!, service }];
}

function parseSignedHeaders(text: string, fault: (message: string) => S3Fault): string[] {
  const names = text.split(";");
  if (!names.every((name) => /^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name))) {
    throw fault("has signed headers that are not names in lower case, with ; between them");
  }
  return names;
}

function malformedHeader(message: string): S3Fault {
  return new S3Fault("AuthorizationHeaderMalformed", { message: `The Authorization header ${message}` });
}

function malformedQuery(message: string): S3Fault {
  return new S3Fault("AuthorizationQueryParametersError", {
    message: `The authorization in the query ${message}`,
  });
}

function unsupportedVersion(): S3Fault {
  return new S3Fault("InvalidRequest", { message: `Requests have to be signed with ${ALGORITHM}` });
}

function splitOnce(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + mark.length)];
}

function fail(fault: (message: string) => S3Fault, message: string): never {
  throw fault(message);
}
