import assert from "node:assert/strict";
import { answerOf, isS3Fault, S3Fault } from "./errors.ts";

Deno.test("codes have the statuses of the S3 reference", () => {
  const cases = [["NoSuchKey", 404], ["InvalidRange", 416], ["SlowDown", 503], [
    "PreconditionFailed",
    412,
  ]] as const;
  for (const [code, status] of cases) assert.equal(answerOf(code).status, status);
});

Deno.test("a fault has the default message unless it is given one, and keeps its cause", () => {
  const cause = new TypeError("x");
  const plain = new S3Fault("NoSuchBucket");
  const told = new S3Fault("InvalidArgument", {
    message: "max-keys is negative",
    fields: { ArgumentName: "max-keys" },
    headers: { "x-a": "b" },
    cause,
  });

  assert.equal(plain.message, "There is no such bucket");
  assert.deepEqual([plain.status, plain.fields, plain.headers], [404, {}, {}]);
  assert.equal(told.message, "max-keys is negative");
  assert.deepEqual([told.fields, told.headers, told.cause], [
    { ArgumentName: "max-keys" },
    { "x-a": "b" },
    cause,
  ]);
});

Deno.test("isS3Fault() tells faults by their code", () => {
  const fault = new S3Fault("NoSuchKey");

  assert.equal(isS3Fault(fault), true);
  assert.equal(isS3Fault(fault, "NoSuchKey"), true);
  assert.equal(isS3Fault(fault, "NoSuchBucket"), false);
  assert.equal(isS3Fault(new TypeError("NoSuchKey")), false);
});
