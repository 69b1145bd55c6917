import assert from "node:assert/strict";
import type { S3ErrorCode } from "./errors.ts";
import { isS3Fault } from "./errors.ts";
import { percentEncode } from "./percent_encoding.ts";
import { isPresignedV2, readPresignedV2, signV2, verifyPresignedV2 } from "./presigned_v2.ts";
import type { RequestHead } from "./request_head.ts";

const SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const ENDS_AT = 1_175_139_620_000;

/** A request by a URL that covers what `head` has. */
function presigned(head: Partial<RequestHead> = {}, endsAt = ENDS_AT): RequestHead {
  const plain = {
    method: "GET",
    path: "/shared/a%20b",
    query: "",
    headers: [["host", "h"]] as const,
    ...head,
  };
  const signature = percentEncode(signV2(plain, SECRET, { endsAt }));
  const own = `AWSAccessKeyId=AK&Signature=${signature}&Expires=${endsAt / 1000}`;
  return { ...plain, query: plain.query === "" ? own : `${plain.query}&${own}` };
}

const verify = (head: RequestHead, now = ENDS_AT - 1000, secret: string | undefined = SECRET) =>
  verifyPresignedV2(head, readPresignedV2(head), secret, { now });

Deno.test("the example that Amazon published verifies", () => {
  const head = {
    method: "GET",
    path: "/photos/puppy.jpg",
    query:
      "AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D&Expires=1175139620",
    headers: [["host", "johnsmith.s3.amazonaws.com"]] as const,
  };

  assert.equal(isPresignedV2(head), true);
  const verified = verifyPresignedV2(head, readPresignedV2(head), SECRET, {
    bucket: "johnsmith",
    now: ENDS_AT - 1000,
  });
  assert.deepEqual(verified, {
    accessKeyId: "AKIAIOSFODNN7EXAMPLE",
    how: "query",
    payload: { kind: "unsigned" },
  });
});

Deno.test("the headers that a client moved to the query are covered there", () => {
  const head = { method: "PUT", headers: [["Content-Type", "text/x"], ["x-amz-acl", "private"]] as const };
  const { query, ...rest } = presigned(head);
  const moved = { ...rest, headers: [["host", "h"]] as const };

  verify({ ...rest, query });
  verify({ ...moved, query: `content-type=text%2Fx&x-amz-acl=private&${query}` });
  assertFault("SignatureDoesNotMatch", () => verify({ ...moved, query }));
});

Deno.test("what S3 knows in a query is covered, with a value and without, in any order", () => {
  verify(presigned({ query: "uploads" }));
  const { query, ...head } = presigned({ query: "versionId=a%2Bb&response-content-type=text%2Fplain" });

  verify({ ...head, query: query.split("&").reverse().join("&") });
  assertFault("SignatureDoesNotMatch", () => verify({ ...head, query: query.replace("a%2Bb", "other") }));
});

const META = [["x-amz-meta-a", "1"]] as const;
const withQuery = (more: string) => ({ ...presigned(), query: `${presigned().query}&${more}` });
const REFUSED: readonly [name: string, code: S3ErrorCode, head: () => RequestHead][] = [
  ["another method", "SignatureDoesNotMatch", () => ({ ...presigned(), method: "PUT" })],
  ["another path", "SignatureDoesNotMatch", () => ({ ...presigned(), path: "/shared/b" })],
  ["another end", "SignatureDoesNotMatch", () => {
    const head = presigned();
    return { ...head, query: head.query.replace("Expires=1175139620", "Expires=1175139621") };
  }],
  ["a further header of S3's", "SignatureDoesNotMatch", () => ({ ...presigned(), headers: META })],
  ["a further header in the query", "SignatureDoesNotMatch", () => withQuery("x-amz-meta-a=1")],
  ["a header that is in the query twice", "AccessDenied", () => {
    const { query, ...head } = presigned({ headers: META });
    return { ...head, headers: [], query: `${query}&x-amz-meta-a=1&X-Amz-Meta-A=2` };
  }],
  ["a parameter that it cannot cover", "AccessDenied", () => presigned({ query: "prefix=a" })],
  ["a version in other letters", "AccessDenied", () => withQuery("versionid=1")],
  ["a further version", "SignatureDoesNotMatch", () => withQuery("versionId=1")],
  ["an end that is past", "AccessDenied", () => presigned({}, ENDS_AT - 2000)],
  ["an end in eight days", "AccessDenied", () => presigned({}, ENDS_AT + 8 * 86_400_000)],
  [
    "an end that is no number",
    "AccessDenied",
    () => ({ ...presigned(), query: "AWSAccessKeyId=a&Signature=b&Expires=-1" }),
  ],
  ["no end", "AccessDenied", () => ({ ...presigned(), query: "AWSAccessKeyId=a&Signature=b" })],
  ["a version that is there twice", "AccessDenied", () => presigned({ query: "versionId=1&versionId=2" })],
  ["temporary credentials", "InvalidToken", () => withQuery("x-amz-security-token=t")],
  ["another way to authenticate", "InvalidArgument", () => ({
    ...presigned(),
    headers: [["authorization", "AWS a:b"]],
  })],
  ["chunks that are signed", "InvalidRequest", () =>
    presigned({
      method: "PUT",
      headers: [["x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"]],
    })],
];
for (const [name, code, head] of REFUSED) {
  Deno.test(`a URL of Signature Version 2 with ${name} is ${code}`, () => {
    assertFault(code, () => verify(head()));
  });
}

Deno.test("a key that is not known makes no URL of Signature Version 2", () => {
  const head = presigned();
  assertFault(
    "InvalidAccessKeyId",
    () => verifyPresignedV2(head, readPresignedV2(head), undefined, { now: 0 }),
  );
});

function assertFault(code: S3ErrorCode, call: () => unknown): void {
  assert.throws(call, (error) => isS3Fault(error, code));
}
