import assert from "node:assert/strict";
import { ERROR_CODES } from "../core/commands/error_codes.ts";
import { errorCodesText } from "../scripts/gen_error_codes.ts";

Deno.test("aero help errors lists every code that is thrown: deno run -A scripts/gen_error_codes.ts", async () => {
  assert.equal(
    await Deno.readTextFile(new URL("../core/commands/error_codes.ts", import.meta.url)),
    await errorCodesText(),
  );
});

Deno.test("aero help errors shows no source code", () => {
  const odd = ERROR_CODES.filter(({ what }) => /[{}$\\]|\?\?|=>|… …/.test(what));
  assert.deepEqual(odd, []);
});
