import assert from "node:assert/strict";
import { isS3Fault, type S3ErrorCode } from "./errors.ts";
import { readPostAuthentication, signPostPolicy, verifyPostSignature } from "./post_signature.ts";

const scope = { date: "20151229", region: "us-east-1", service: "s3" };
const FORM: Readonly<Record<string, string>> = {
  policy: "e30=",
  "x-amz-algorithm": "AWS4-HMAC-SHA256",
  "x-amz-credential": "AK/20151229/us-east-1/s3/aws4_request",
  "x-amz-date": "20151229T000000Z",
  "x-amz-signature": signPostPolicy("secret", scope, "e30="),
};
const read = (change: Record<string, string | undefined> = {}) =>
  readPostAuthentication(
    new Map(
      Object.entries({ ...FORM, ...change }).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value]]
      ),
    ),
  );

function assertFault(code: S3ErrorCode, run: () => unknown): void {
  assert.throws(run, (error) => isS3Fault(error, code) || assert.fail(`not ${code}: ${error}`));
}

Deno.test("a signed form is verified with the secret it was signed with, and no other", () => {
  verifyPostSignature(read()!, "secret");
  assertFault("SignatureDoesNotMatch", () => verifyPostSignature(read()!, "other"));
  assertFault("SignatureDoesNotMatch", () => verifyPostSignature(read({ policy: "e30K" })!, "secret"));
  assertFault("InvalidAccessKeyId", () => verifyPostSignature(read()!, undefined));
});

Deno.test("a form of Signature Version 2 is verified", () => {
  const policy = "e30=", signature = signPostPolicy("secret", undefined, policy);
  const form = readPostAuthentication(
    new Map([["awsaccesskeyid", "AK"], ["policy", policy], ["signature", signature]]),
  )!;

  verifyPostSignature(form, "secret");
  assertFault("SignatureDoesNotMatch", () => verifyPostSignature(form, "other"));
});

Deno.test("a form without any of the fields is anonymous", () => {
  assert.equal(readPostAuthentication(new Map([["key", "a"]])), undefined);
});

Deno.test("a form that lacks a field, or has a wrong one, is InvalidArgument", () => {
  for (const name of Object.keys(FORM)) assertFault("InvalidArgument", () => read({ [name]: undefined }));
  assertFault("InvalidArgument", () => read({ "x-amz-algorithm": "AWS4-HMAC-SHA512" }));
  assertFault("InvalidArgument", () => read({ "x-amz-credential": "AK" }));
  assertFault("InvalidArgument", () => read({ "x-amz-date": "now" }));
  assertFault(
    "InvalidArgument",
    () => readPostAuthentication(new Map([["awsaccesskeyid", "AK"], ["policy", ""]])),
  );
});
