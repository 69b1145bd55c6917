import assert from "node:assert/strict";
import {
  evaluateConditions,
  type ReadConditions,
  readConditions,
  requireForCopy,
  requireForRead,
} from "./conditions.ts";
import { isS3Fault } from "./errors.ts";

const AT = Date.UTC(2030, 0, 1);
const SUBJECT = { etag: "e", modifiedAt: AT + 500 };

const VERDICTS: readonly [name: string, conditions: ReadConditions, verdict: string][] = [
  ["nothing asked", {}, "holds"],
  ["If-Match with it", { ifMatch: ["a", "e"] }, "holds"],
  ["If-Match with any", { ifMatch: "*" }, "holds"],
  ["If-Match without it", { ifMatch: ["a"] }, "failed"],
  ["If-None-Match with it", { ifNoneMatch: ["e"] }, "not_modified"],
  ["If-None-Match with any", { ifNoneMatch: "*" }, "not_modified"],
  ["If-None-Match without it", { ifNoneMatch: ["a"] }, "holds"],
  ["modified since before", { ifModifiedSince: AT - 1000 }, "holds"],
  ["modified since the same second", { ifModifiedSince: AT }, "not_modified"],
  ["unmodified since the same second", { ifUnmodifiedSince: AT }, "holds"],
  ["unmodified since before", { ifUnmodifiedSince: AT - 1000 }, "failed"],
  ["If-Match outranks unmodified since", { ifMatch: ["e"], ifUnmodifiedSince: AT - 1000 }, "holds"],
  ["If-None-Match outranks modified since", { ifNoneMatch: ["a"], ifModifiedSince: AT }, "holds"],
  ["a failure goes before not modified", { ifMatch: ["a"], ifNoneMatch: ["e"] }, "failed"],
  [
    "unmodified holds, then none-match decides",
    { ifUnmodifiedSince: AT, ifNoneMatch: ["e"] },
    "not_modified",
  ],
];
for (const [name, conditions, verdict] of VERDICTS) {
  Deno.test(`conditions: ${name}: ${verdict}`, () => {
    assert.equal(evaluateConditions(conditions, SUBJECT), verdict);
  });
}

const from = (headers: Record<string, string>, prefix?: string) =>
  readConditions((name) => headers[name], prefix);

Deno.test("conditions are read from headers, only those that are there and make sense", () => {
  assert.deepEqual(from({}), {});
  assert.deepEqual(
    from({
      "if-match": "*",
      "if-none-match": '"a"',
      "if-modified-since": "Tue, 01 Jan 2030 00:00:00 GMT",
      "if-unmodified-since": "never",
    }),
    { ifMatch: "*", ifNoneMatch: ["a"], ifModifiedSince: AT },
  );
  assert.deepEqual(
    from({ "x-amz-copy-source-if-unmodified-since": "2030-01-01T00:00:00Z" }, "x-amz-copy-source-"),
    {
      ifUnmodifiedSince: AT,
    },
  );
});

Deno.test("a read is answered 304 or 412, and 412 names its condition", () => {
  const fault = (conditions: ReadConditions) => {
    try {
      requireForRead(conditions, SUBJECT);
      return undefined;
    } catch (error) {
      if (isS3Fault(error)) return [error.code, error.fields.Condition];
      throw error;
    }
  };
  assert.equal(fault({ ifMatch: ["e"] }), undefined);
  assert.deepEqual(fault({ ifNoneMatch: ["e"] }), ["NotModified", undefined]);
  assert.deepEqual(fault({ ifMatch: ["a"] }), ["PreconditionFailed", "If-Match"]);
  assert.deepEqual(fault({ ifUnmodifiedSince: 0 }), ["PreconditionFailed", "If-Unmodified-Since"]);
});

Deno.test("a copy is answered 412 where a read would be 304", () => {
  requireForCopy({ ifMatch: ["e"] }, SUBJECT);
  assert.throws(
    () => requireForCopy({ ifNoneMatch: ["e"] }, SUBJECT),
    (error) => isS3Fault(error, "PreconditionFailed"),
  );
});
