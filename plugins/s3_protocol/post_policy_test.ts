import assert from "node:assert/strict";
import { isS3Fault, type S3ErrorCode } from "./errors.ts";
import { parsePostPolicy, postLengthRange, requirePolicy } from "./post_policy.ts";

const EXPIRATION = "2030-01-01T00:00:00Z";
const BEFORE = Date.UTC(2029, 0, 1);

const encode = (document: unknown) => new TextEncoder().encode(JSON.stringify(document)).toBase64();
const policyOf = (...conditions: unknown[]) =>
  parsePostPolicy(encode({ expiration: EXPIRATION, conditions }));

function assertFault(code: S3ErrorCode, run: () => unknown): void {
  assert.throws(run, (error) => isS3Fault(error, code) || assert.fail(`not ${code}: ${error}`));
}

function check(conditions: unknown[], fields: Record<string, string>, now = BEFORE): void {
  requirePolicy(policyOf(...conditions), { fields: new Map(Object.entries(fields)), now });
}

Deno.test("a form that meets its policy is let through", () => {
  check(
    [
      { bucket: "b" },
      ["starts-with", "$key", "user/"],
      ["StArTs-WiTh", "$Content-Type", "image/"],
      ["eq", "$acl", "private"],
      { "X-Amz-Meta-A": "1" },
      ["content-length-range", 0, 10],
    ],
    {
      "bucket": "b",
      "key": "user/a,b",
      "content-type": "image/png, image/gif",
      "acl": "private",
      "x-amz-meta-a": "1",
      "policy": "…",
      "x-amz-signature": "…",
      "x-ignore-this": "…",
      "x-amz-checksum-crc32": "AAAAAA==",
    },
  );
});

Deno.test("a condition that is not met is AccessDenied, also on a field that is missing", () => {
  assertFault("AccessDenied", () => check([{ bucket: "b" }], { bucket: "c" }));
  assertFault("AccessDenied", () => check([["starts-with", "$key", "user/"]], { key: "other" }));
  assertFault("AccessDenied", () => check([["eq", "$x-amz-meta-a", "1"]], {}));
  assertFault(
    "AccessDenied",
    () => check([["starts-with", "$Content-Type", "image/"]], { "content-type": "image/png,text/plain" }),
  );
});

Deno.test("a field that no condition is about is AccessDenied", () => {
  assertFault("AccessDenied", () => check([], { acl: "public-read" }));
  assertFault("AccessDenied", () => check([["content-length-range", 0, 1]], { bucket: "b" }));
});

Deno.test("a policy holds until it expires", () => {
  check([], {}, Date.parse(EXPIRATION));
  assertFault("AccessDenied", () => check([], {}, Date.parse(EXPIRATION) + 1));
});

Deno.test("the length of a file is the narrowest that the policy says", () => {
  assert.deepEqual(postLengthRange(policyOf()), { min: 0, max: Infinity });
  assert.deepEqual(
    postLengthRange(policyOf(["content-length-range", 2, 10], ["content-length-range", 1, "8"], { a: "b" })),
    {
      min: 2,
      max: 8,
    },
  );
});

Deno.test("a policy in base64 with line breaks is read", () => {
  assert.equal(
    parsePostPolicy(encode({ expiration: EXPIRATION, conditions: [] }).replace(/^.{8}/, "$&\r\n")).conditions
      .length,
    0,
  );
});

const BROKEN: readonly [name: string, policy: string][] = [
  ["what is not base64", "%%%"],
  ["what is not JSON", new TextEncoder().encode("{").toBase64()],
  ["a list", encode([])],
  ["null", encode(null)],
  ["no expiration", encode({ conditions: [] })],
  ["EXPIRATION in upper case", encode({ EXPIRATION, conditions: [] })],
  ["an expiration with a blank", encode({ expiration: "2030-01-01 00:00:00", conditions: [] })],
  ["an expiration that is no day", encode({ expiration: "2030-99-01T00:00:00Z", conditions: [] })],
  ["no conditions", encode({ expiration: EXPIRATION })],
  ...([
    [["content-length-range", 0]],
    [["content-length-range", -1, 0]],
    [["content-length-range", 0, "many"]],
    [["matches", "$key", "x"]],
    [[1, "$key", "x"]],
    [["eq", "key", "x"]],
    [["eq", 1, "x"]],
    [["eq", "$key", 1]],
    [{}],
    [{ a: "1", b: "2" }],
    [{ a: 1 }],
    ["eq"],
  ].map((
    conditions,
  ): [string, string] => [JSON.stringify(conditions), encode({ expiration: EXPIRATION, conditions })])),
];
for (const [name, policy] of BROKEN) {
  Deno.test(`a policy of ${name} is InvalidPolicyDocument`, () => {
    assertFault("InvalidPolicyDocument", () => parsePostPolicy(policy));
  });
}
