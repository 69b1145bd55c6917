import assert from "node:assert/strict";
import { UserError } from "./errors.ts";
import { readSecrets } from "./user_variables.ts";

function read(value: string) {
  const variables = { get: (name: string) => name === "TOKEN" ? value : undefined };
  return readSecrets(variables as Parameters<typeof readSecrets>[0], ["TOKEN"]);
}

Deno.test("a secret that is too short to be redacted is refused by its name, and its value is not told", () => {
  assert.throws(() => read("q7x"), (error) => {
    assert(error instanceof UserError);
    assert.equal(error.code, "secret_too_short");
    assert.match(JSON.stringify(error.report), /TOKEN/);
    assert.doesNotMatch(JSON.stringify(error.report), /q7x/);
    return true;
  });
  assert.equal(read("q7xz").TOKEN!.reveal(), "q7xz");
});
