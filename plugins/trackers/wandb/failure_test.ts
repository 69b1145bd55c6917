import assert from "node:assert/strict";
import { failureOf, networkFailure } from "./failure.ts";

Deno.test("a certificate that has expired is told apart from one that is not trusted", () => {
  const failureFor = (why: string) =>
    networkFailure(
      "Cannot send",
      "wandb.lab",
      new TypeError("error sending request", { cause: new Error(why) }),
    );

  for (const why of ["invalid peer certificate: certificate expired: verification time 9", "UnknownIssuer"]) {
    assert.equal(failureFor(why)?.code, "tracker_denied");
  }
  assert.match(failureFor("invalid peer certificate: certificate expired")!.report.why!, /has expired/);
  assert.match(failureFor("invalid peer certificate: UnknownIssuer")!.report.fix![0]!, /ca_file/);
});

Deno.test("an answer that leads elsewhere says what to do", () => {
  const { code, report } = failureOf("Cannot send", "wandb.lab", 302, "");

  assert.equal(code, "tracker_refused");
  assert.match(report.why!, /leads elsewhere/);
  assert.equal(report.fix?.length, 1);
});
