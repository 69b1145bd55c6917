import assert from "node:assert/strict";
import { errorCodesText } from "../scripts/gen_error_codes.ts";

Deno.test("aero help errors lists every code that is thrown: deno run -A scripts/gen_error_codes.ts", async () => {
  assert.equal(
    await Deno.readTextFile(new URL("../core/commands/error_codes.ts", import.meta.url)),
    await errorCodesText(),
  );
});
