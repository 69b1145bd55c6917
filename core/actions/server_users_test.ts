import assert from "node:assert/strict";
import { UserError } from "../errors.ts";
import { parseGrant } from "./server_users.ts";

Deno.test("a grant is of a bucket, of a prefix in one, of all, or of those that the user makes", () => {
  assert.deepEqual(parseGrant("read", "aero"), { access: "read", bucket: "aero", prefix: "" });
  assert.deepEqual(parseGrant("write", "aero/a/b/"), { access: "write", bucket: "aero", prefix: "a/b/" });
  assert.deepEqual(parseGrant("write", "*"), { access: "write", bucket: "*", prefix: "" });
  assert.deepEqual(parseGrant("write", "@owned"), { access: "write", bucket: "@owned", prefix: "" });
});

for (const text of ["", "/a", "*/a", "UPPER", "@owned", "@owned/x", "@other", "a"]) {
  Deno.test(`a grant of ${JSON.stringify(text)} is refused`, () => {
    assert.throws(
      () => parseGrant("read", text),
      (error) => error instanceof UserError && error.code === "flag_value_invalid",
    );
  });
}
