import assert from "node:assert/strict";
import { S3Fault } from "../../s3_protocol/errors.ts";
import { ObjectEngineError } from "../engine/engine_error.ts";
import { toFault } from "./engine_fault.ts";

Deno.test("a key that a bucket cannot have is not told to be too long only, and the engine's words stay here", () => {
  const error = new ObjectEngineError("key_invalid", {
    what: 'Cannot store "a//b" in bucket "aero"',
    why: "it is over a storage in /srv/data",
  });

  const fault = toFault(error);

  assert.ok(fault instanceof S3Fault);
  assert.deepEqual([fault.code, fault.status], ["KeyTooLongError", 400]);
  assert.match(fault.message, /or is none that this bucket can have/);
  assert.doesNotMatch(fault.message, /srv/);
});

Deno.test("what the storage under a bucket denies is the client's to change", () => {
  const fault = toFault(
    new ObjectEngineError("denied", { what: "Cannot store", why: "/srv/data/a is a file" }),
  );

  assert.ok(fault instanceof S3Fault);
  assert.deepEqual([fault.code, fault.status], ["AccessDenied", 403]);
  assert.doesNotMatch(fault.message, /srv/);
});
