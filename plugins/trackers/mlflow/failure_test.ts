import assert from "node:assert/strict";
import { noAnswer, readRefusal, toTrackerError } from "./failure.ts";

const PLACE = "https://mlflow.example.org";

function errorOf(status: number, text: string) {
  return toTrackerError("Cannot send", PLACE, readRefusal(status, text));
}

for (
  const [status, text, code] of [
    [
      400,
      '{"error_code":"INVALID_PARAMETER_VALUE","message":"Changing param values is not allowed"}',
      "tracker_refused",
    ],
    [401, "You are not authenticated.", "tracker_denied"],
    [403, "Permission denied", "tracker_denied"],
    [403, "Invalid Host header - possible DNS rebinding attack detected", "tracker_denied"],
    [403, "Cross-origin request blocked", "tracker_denied"],
    [404, '{"error_code":"RESOURCE_DOES_NOT_EXIST","message":"no"}', "tracker_refused"],
    [404, "<html>nothing here</html>", "tracker_refused"],
    [302, "", "tracker_refused"],
    [408, "", "tracker_unavailable"],
    [429, '{"error_code":"REQUEST_LIMIT_EXCEEDED","message":"slow down"}', "tracker_unavailable"],
    [500, '{"error_code":"INTERNAL_ERROR","message":"database is locked"}', "tracker_unavailable"],
    [501, '{"error_code":"NOT_IMPLEMENTED","message":"no"}', "tracker_refused"],
    [502, "<html>Bad Gateway</html>", "tracker_unavailable"],
    [503, "", "tracker_unavailable"],
    [504, "", "tracker_unavailable"],
  ] as const
) {
  Deno.test(`${status} ${text.slice(0, 45)} is ${code}`, () => {
    assert.equal(errorOf(status, text).code, code);
  });
}

Deno.test("a host name that the server does not allow is told with the server's option", () => {
  const { report } = errorOf(403, "Invalid Host header - possible DNS rebinding attack detected");

  assert.match(report.fix![0]!, /--allowed-hosts mlflow\.example\.org/);
});

Deno.test("what a server says is one line, and no longer than that", () => {
  const { why } =
    errorOf(400, JSON.stringify({ error_code: "BAD", message: `a\nb${"x".repeat(1000)}` })).report;

  assert.match(why!, /BAD: a bx+…\)$/);
  assert.ok(why!.length < 400);
});

Deno.test("an error of the network names no password", () => {
  const url = new Error("error sending request for url (http://ada:hidden@mlflow): refused");
  const cause = new TypeError("fetch failed", { cause: url });

  const { message } = noAnswer("Cannot send", PLACE, cause);
  assert.match(message, /refused/);
  assert.doesNotMatch(message, /hidden/);
});

Deno.test("a certificate that has expired is told apart from one that is not trusted", () => {
  const fixOf = (why: string) => noAnswer("Cannot send", PLACE, new TypeError(why)).report.fix![0]!;

  assert.match(fixOf("invalid peer certificate: certificate expired: verification time 9"), /renewed/);
  assert.match(fixOf("invalid peer certificate: UnknownIssuer"), /ca_file/);
});
