import assert from "node:assert/strict";
import { inspect } from "node:util";
import { Secret } from "./secret.ts";

Deno.test("a secret shows itself in no way but by reveal()", () => {
  const secret = new Secret("hunter2");
  const shown = [
    `${secret}`,
    String(secret),
    JSON.stringify({ secret }),
    Deno.inspect(secret),
    Deno.inspect({ deep: [secret] }),
    inspect(secret),
    Object.values(secret).join(),
  ];
  for (const text of shown) assert.ok(!text.includes("hunter2"), text);
  assert.equal(secret.reveal(), "hunter2");
  assert.equal(`${secret}`, "[secret]");
});
