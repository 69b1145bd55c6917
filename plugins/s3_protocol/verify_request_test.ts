import assert from "node:assert/strict";
import { readAuthentication } from "./authentication.ts";
import { isS3Fault, type S3ErrorCode, type S3Fault } from "./errors.ts";
import { UNSIGNED_PAYLOAD } from "./payload_hash.ts";
import type { RequestHead } from "./request_head.ts";
import { presignQuery, signRequest } from "./sign_request.ts";
import { type VerifyOptions, verifyRequest } from "./verify_request.ts";

const AT = Date.UTC(2030, 0, 2, 3, 4, 5);
const MINUTE = 60_000;
const signer = { accessKeyId: "AK/1", secretKey: "secret", region: "here", at: AT };
const HEAD: RequestHead = { method: "GET", path: "/b/k", query: "", headers: [["Host", "localhost:7480"]] };

function signed(head: RequestHead = HEAD, payloadHash = UNSIGNED_PAYLOAD): RequestHead {
  return { ...head, headers: signRequest(head, payloadHash, signer) };
}

function presigned(head: RequestHead = HEAD, expiresSeconds = 60): RequestHead {
  return { ...head, query: presignQuery(head, expiresSeconds, signer) };
}

function verify(
  head: RequestHead,
  options: Partial<VerifyOptions> = {},
  secret: string | undefined = "secret",
) {
  return verifyRequest(head, readAuthentication(head)!, secret, { now: AT, ...options });
}

/** A request in which a header is another, or gone. */
function withHeader(head: RequestHead, name: string, value?: string): RequestHead {
  const rest = head.headers.filter(([key]) => key !== name);
  return { ...head, headers: value === undefined ? rest : [...rest, [name, value]] };
}

function withParameter(head: RequestHead, name: string, value?: string): RequestHead {
  const rest = head.query.split("&").filter((pair) => !pair.startsWith(`${name}=`));
  return { ...head, query: [...rest, ...(value === undefined ? [] : [`${name}=${value}`])].join("&") };
}

function assertFault(code: S3ErrorCode, run: () => unknown): S3Fault {
  let found: S3Fault | undefined;
  assert.throws(run, (error) => {
    if (isS3Fault(error, code)) found = error;
    return found !== undefined || assert.fail(`not ${code}: ${error}`);
  });
  return found!;
}

Deno.test("a signed request is verified, and says who sent it and how its body comes", () => {
  const verified = verify(signed());

  assert.deepEqual(
    [verified.accessKeyId, verified.how, verified.payload, verified.seed?.scope],
    ["AK/1", "header", { kind: "unsigned" }, { date: "20300102", region: "here", service: "s3" }],
  );
});

Deno.test("a presigned request is verified until it expires", () => {
  assert.equal(verify(presigned(), { now: AT + MINUTE }).how, "query");
  const fault = assertFault("AccessDenied", () => verify(presigned(), { now: AT + MINUTE + 1000 }));
  assert.equal(fault.message, "The request has expired");
});

Deno.test("a presigned request is not taken long before its time", () => {
  assertFault("AccessDenied", () => verify(presigned(), { now: AT - 16 * MINUTE }));
});

const CHANGES: readonly [name: string, change: (head: RequestHead) => RequestHead][] = [
  ["method", (head) => ({ ...head, method: "PUT" })],
  ["path", (head) => ({ ...head, path: "/b/K" })],
  ["query", (head) => ({ ...head, query: `${head.query}&x=1` })],
  ["host", (head) => withHeader(head, "Host", "elsewhere")],
];
for (const [name, change] of CHANGES) {
  Deno.test(`another ${name} than was signed is SignatureDoesNotMatch`, () => {
    assertFault("SignatureDoesNotMatch", () => verify(change(signed())));
    assertFault("SignatureDoesNotMatch", () => verify(change(presigned())));
  });
}

Deno.test("another secret is SignatureDoesNotMatch, and the answer tells what was signed but no secret", () => {
  const fault = assertFault("SignatureDoesNotMatch", () => verify(signed(), {}, "other"));

  assert.match(fault.fields.CanonicalRequest!, /^GET\n\/b\/k\n/);
  assert.match(fault.fields.StringToSign!, /^AWS4-HMAC-SHA256\n20300102T030405Z\n/);
  assert.ok(!JSON.stringify(fault.fields).includes("secret"));
});

Deno.test("an unknown access key is InvalidAccessKeyId", () => {
  const head = signed();
  assertFault(
    "InvalidAccessKeyId",
    () => verifyRequest(head, readAuthentication(head)!, undefined, { now: AT }),
  );
});

Deno.test("clocks may be 15 minutes apart, and no more", () => {
  for (const sign of [1, -1]) {
    assert.equal(verify(signed(), { now: AT + sign * 15 * MINUTE }).how, "header");
    assertFault("RequestTimeTooSkewed", () => verify(signed(), { now: AT + sign * (15 * MINUTE + 1000) }));
  }
});

Deno.test("a region is held to where one is given, and the answer names it", () => {
  assert.equal(verify(signed(), { region: "here" }).how, "header");
  const fault = assertFault("AuthorizationHeaderMalformed", () => verify(signed(), { region: "there" }));
  assert.equal(fault.fields.Region, "there");
});

Deno.test("an x-amz- header that is not signed is refused by name", () => {
  const fault = assertFault("AccessDenied", () => verify(withHeader(signed(), "X-Amz-Acl", "public-read")));
  assert.equal(fault.fields.HeadersNotSigned, "x-amz-acl");
  assertFault("AccessDenied", () => verify(withHeader(presigned(), "x-amz-meta-a", "b")));
});

Deno.test("a host that is not signed is refused", () => {
  const head = signed({ ...HEAD, headers: [] });
  assert.equal(assertFault("AccessDenied", () => verify(head)).fields.HeadersNotSigned, "host");
});

Deno.test("a presigned request may have a hash of its body in a header that is not signed, if it is the one that was signed", () => {
  assert.equal(verify(withHeader(presigned(), "x-amz-content-sha256", UNSIGNED_PAYLOAD)).how, "query");
  assertFault(
    "SignatureDoesNotMatch",
    () => verify(withHeader(presigned(), "x-amz-content-sha256", "0".repeat(64))),
  );
});

Deno.test("credentials with a token are not ours", () => {
  const head = { ...HEAD, headers: [...HEAD.headers, ["x-amz-security-token", "t"] as const] };
  assertFault("InvalidToken", () => verify(signed(head)));
  assertFault("InvalidToken", () => verify(withParameter(presigned(), "X-Amz-Security-Token", "t")));
});

Deno.test("a request without authorization is anonymous", () => {
  assert.equal(readAuthentication(HEAD), undefined);
  assert.equal(readAuthentication(withHeader(HEAD, "authorization", " ")), undefined);
});

Deno.test("a date may stand in Date, and x-amz-date goes before it", () => {
  const date = new Date(AT).toUTCString();
  const head = withHeader(signed({ ...HEAD, headers: [...HEAD.headers, ["Date", date]] }), "x-amz-date");
  assert.equal(readAuthentication(head)!.signedAt, AT);
  const both = signed({ ...HEAD, headers: [...HEAD.headers, ["Date", "Mon, 01 Jan 2001 00:00:00 GMT"]] });
  assert.equal(readAuthentication(both)!.signedAt, AT);
  assert.equal(readAuthentication(withHeader(signed(), "x-amz-date", date))!.signedAt, AT);
});

const authorization = (head: RequestHead) => head.headers.find(([name]) => name === "authorization")![1];
const edited = (from: string | RegExp, to: string) => {
  const head = signed();
  return withHeader(head, "authorization", authorization(head).replace(from, to));
};

const MALFORMED: readonly [name: string, code: S3ErrorCode, head: () => RequestHead][] = [
  [
    "Signature Version 2 in a header",
    "InvalidRequest",
    () => withHeader(HEAD, "authorization", "AWS AK:sig"),
  ],
  ["another kind of authorization", "InvalidArgument", () => withHeader(HEAD, "authorization", "Basic abc")],
  ["a word alone", "InvalidArgument", () => withHeader(HEAD, "authorization", "Basic")],
  ["both ways at once", "InvalidArgument", () => ({ ...signed(), query: presigned().query })],
  ["no credential", "AuthorizationHeaderMalformed", () => edited(/Credential=[^,]*,/, "")],
  ["no signature", "AuthorizationHeaderMalformed", () => edited(/,Signature=.*/, "")],
  [
    "no signed headers",
    "AuthorizationHeaderMalformed",
    () => edited(/SignedHeaders=[^,]*/, "SignedHeaders="),
  ],
  ["signed headers in upper case", "AuthorizationHeaderMalformed", () => edited("host;", "Host;")],
  ["a scope for another service", "AuthorizationHeaderMalformed", () => edited("/s3/", "/ec2/")],
  ["a scope without its end", "AuthorizationHeaderMalformed", () => edited("/aws4_request", "/aws4")],
  ["a scope without an access key", "AuthorizationHeaderMalformed", () => edited("AK/1/", "")],
  ["a scope without a region", "AuthorizationHeaderMalformed", () => edited("/here/", "//")],
  [
    "a scope that is too short",
    "AuthorizationHeaderMalformed",
    () => edited(/Credential=[^,]*/, "Credential=x"),
  ],
  ["a scope of another day", "AuthorizationHeaderMalformed", () => edited("/20300102/", "/20300103/")],
  ["no date", "AccessDenied", () => withHeader(signed(), "x-amz-date")],
  ["a date that is none", "AccessDenied", () => withHeader(signed(), "x-amz-date", "today")],
  ["no hash of the body", "InvalidRequest", () => withHeader(signed(), "x-amz-content-sha256")],
  [
    "a query without a signature",
    "AuthorizationQueryParametersError",
    () => withParameter(presigned(), "X-Amz-Signature"),
  ],
  [
    "a query of another algorithm",
    "AuthorizationQueryParametersError",
    () => withParameter(presigned(), "X-Amz-Algorithm", "X"),
  ],
  [
    "a query without its algorithm",
    "AuthorizationQueryParametersError",
    () => withParameter(presigned(), "X-Amz-Algorithm"),
  ],
  [
    "a query with a date that is none",
    "AuthorizationQueryParametersError",
    () => withParameter(presigned(), "X-Amz-Date", "20301302T030405Z"),
  ],
  [
    "a query of another day",
    "AuthorizationQueryParametersError",
    () => withParameter(presigned(), "X-Amz-Date", "20300103T030405Z"),
  ],
  [
    "a lifetime that is no number",
    "AuthorizationQueryParametersError",
    () => withParameter(presigned(), "X-Amz-Expires", "soon"),
  ],
  ["a lifetime of nothing", "AccessDenied", () => withParameter(presigned(), "X-Amz-Expires", "0")],
  ["a lifetime before now", "AccessDenied", () => withParameter(presigned(), "X-Amz-Expires", "-7")],
  [
    "a lifetime of more than seven days",
    "AccessDenied",
    () => withParameter(presigned(), "X-Amz-Expires", "604801"),
  ],
  ["a path that is not UTF-8 in its query", "InvalidURI", () => ({ ...HEAD, query: "a=%ff" })],
];
for (const [name, code, head] of MALFORMED) {
  Deno.test(`${name} is ${code}`, () => {
    assertFault(code, () => readAuthentication(head()));
  });
}

const PAYLOADS: readonly [text: string, payload: unknown][] = [
  ["STREAMING-AWS4-HMAC-SHA256-PAYLOAD", { kind: "chunked", signed: true, trailer: false }],
  ["STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", { kind: "chunked", signed: true, trailer: true }],
  ["STREAMING-UNSIGNED-PAYLOAD-TRAILER", { kind: "chunked", signed: false, trailer: true }],
  ["AB".repeat(32), { kind: "hashed", sha256: "ab".repeat(32) }],
];
for (const [text, payload] of PAYLOADS) {
  Deno.test(`a body may come as ${text}`, () => {
    assert.deepEqual(verify(signed(HEAD, text)).payload, payload);
  });
}

Deno.test("a body may not come as anything else", () => {
  assertFault("NotImplemented", () => verify(signed(HEAD, "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD")));
  assertFault("InvalidArgument", () => verify(signed(HEAD, "constructor")));
});

Deno.test("a header that comes twice, and blanks within, are signed as one text", () => {
  const head = {
    ...HEAD,
    headers: [...HEAD.headers, ["x-amz-meta-a", "1  2 "], ["X-Amz-Meta-A", "3"]] as const,
  };
  assert.equal(verify(signed(head)).how, "header");
});

Deno.test("a query signature covers what else the query says, in any order and spelling", () => {
  const head = presigned({ ...HEAD, query: "prefix=a+b%7e&delimiter=/&versions" });
  const pairs = head.query.replace("a+b%7e", "a%20b~").split("&").reverse();

  assert.equal(verify({ ...head, query: `&${pairs.join("&")}` }).how, "query");
});
