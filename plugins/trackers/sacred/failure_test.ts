import assert from "node:assert/strict";
import { MongoNetworkError, MongoServerError } from "mongodb";
import { TrackerError } from "../../../core/plugin/tracker.ts";
import { isDuplicate, toTrackerError } from "./failure.ts";

function codeOf(error: unknown): string {
  const told = toTrackerError(error, "Cannot do it");
  assert.ok(told instanceof TrackerError);
  assert.equal(told.cause, error);
  return told.code;
}

Deno.test("failures of the server are told by what can be done", () => {
  const server = (code: number) => codeOf(new MongoServerError({ message: "no", code }));

  assert.deepEqual([13, 18, 8000].map(server), ["tracker_denied", "tracker_denied", "tracker_denied"]);
  assert.deepEqual([10107, 11600, 91].map(server), Array(3).fill("tracker_unavailable"));
  assert.deepEqual([10334, 17419, 121, 2].map(server), Array(4).fill("tracker_refused"));
  assert.equal(codeOf(new MongoNetworkError("gone")), "tracker_unavailable");
  assert.equal(codeOf(new RangeError("too large")), "tracker_refused");
});

Deno.test("a label of the server says that a failure may pass", () => {
  const error = new MongoServerError({ message: "later", code: 1, errorLabels: ["RetryableWriteError"] });

  assert.equal(codeOf(error), "tracker_unavailable");
});

Deno.test("aborts and mistakes of aero come out as they are", () => {
  for (const error of [new DOMException("stop", "AbortError"), new TypeError("bug")]) {
    assert.equal(toTrackerError(error, "Cannot do it"), error);
  }
});

Deno.test("a duplicate key is known", () => {
  assert.equal(isDuplicate(new MongoServerError({ message: "E11000", code: 11000 })), true);
  assert.equal(isDuplicate(new MongoServerError({ message: "other", code: 1 })), false);
});
