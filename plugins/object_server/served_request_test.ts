import assert from "node:assert/strict";
import { servedRequest } from "./served_request.ts";

Deno.test("a request of the log becomes one of the contract", () => {
  const fields = {
    requestId: "1",
    method: "PUT",
    operation: "PutObject",
    bucket: "b",
    key: "k/l",
    status: 400,
    code: "BadDigest",
    bytesIn: 5,
    bytesOut: 9,
    ms: 2.5,
    user: "ana",
    remote: "127.0.0.1:1",
  };

  assert.deepEqual(servedRequest(fields, 1002.5), {
    at: 1000,
    method: "PUT",
    operation: "PutObject",
    target: "/b/k/l",
    status: 400,
    remote: "127.0.0.1:1",
    bytesIn: 5,
    bytesOut: 9,
    durationMs: 2.5,
    user: "ana",
    error: "BadDigest",
  });
});

Deno.test("a request that was cut off, or never understood, says so", () => {
  assert.equal(servedRequest({ operation: "GetObject", status: 200, cut: true }, 0).error, "cut");
  const refused = servedRequest({ operation: "Unknown", status: 400, reason: "Bad header", remote: "x" }, 0);
  assert.deepEqual([refused.error, refused.target, refused.user], ["Bad header", "/", undefined]);
});
