import assert from "node:assert/strict";
import { MongoNetworkError, MongoServerError, MongoServerSelectionError } from "mongodb";
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

Deno.test("of a server that is not found the first cause is told, and a hint where there is none", () => {
  const why = (message: string, error?: Error) => {
    const reason = { servers: new Map([["a", { error: null }], ["b", { error }]]) };
    const told = toTrackerError(new MongoServerSelectionError(message, reason as never), "Cannot do it");
    assert.ok(told instanceof TrackerError);
    assert.equal(told.code, "tracker_unavailable");
    return told.report.why!;
  };
  const late = "Server selection timed out after 3000 ms";

  assert.equal(why(late, new Error("connect ECONNREFUSED b:1")), "connect ECONNREFUSED b:1");
  assert.equal(why("connect ECONNREFUSED b:1"), "connect ECONNREFUSED b:1");
  assert.equal(why(late), `it does not answer as MongoDB does: is it MongoDB's port? (${late})`);
  assert.match(why("connection 1 to b:1 closed"), /^it closed the connection: is it MongoDB's port\?/);
});
