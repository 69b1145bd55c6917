import assert from "node:assert/strict";
import { ERROR_CODES } from "../core/commands/error_codes.ts";
import { EXIT, UserError } from "../core/errors.ts";
import { codesIn, errorCodesText } from "../scripts/gen_error_codes.ts";

Deno.test("aero help errors lists every code that is thrown: deno run -A scripts/gen_error_codes.ts", async () => {
  assert.equal(
    await Deno.readTextFile(new URL("../core/commands/error_codes.ts", import.meta.url)),
    await errorCodesText(),
  );
});

Deno.test("the exit code of an error whose kind follows from its code is that of the code", () => {
  const exits = new Map(ERROR_CODES.map(({ code, exit }) => [code, exit]));

  for (
    const [code, exit] of [
      ["corrupt", EXIT.corrupt],
      ["source_invalid", EXIT.user],
      ["source_unavailable", EXIT.outside],
      ["record_corrupt", EXIT.corrupt],
      ["engine_unavailable", EXIT.outside],
      ["run_not_found", EXIT.user],
    ] as const
  ) assert.equal(exits.get(code), exit, code);
});

Deno.test("what is said of a code is what is said where it is thrown", () => {
  const source =
    'const a = new UserError("a_code", { what, why: f(x) });\nconst b = new UserError("b_code", { what: "No" });';

  assert.deepEqual(codesIn(source, new Map([["UserError", UserError]])), [
    { code: "a_code", exit: EXIT.user, what: "" },
    { code: "b_code", exit: EXIT.user, what: "No" },
  ]);
});

Deno.test("aero help errors shows no source code", () => {
  const odd = ERROR_CODES.filter(({ what }) => /[{}$\\]|\?\?|=>|… …/.test(what));
  assert.deepEqual(odd, []);
});
