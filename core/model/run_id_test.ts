import assert from "node:assert/strict";
import { isRunId, isRunIdPrefix, parseRunId, runIdFromBytes } from "./run_id.ts";

Deno.test("eight bytes give the letters of their half bytes", () => {
  const id = runIdFromBytes(Uint8Array.of(0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef));
  assert.equal(parseRunId(id), id);
  assert.equal(new Set(id).size, 16);
});

for (const text of ["", "kkkkkkkkkkkkkkk", "kkkkkkkkkkkkkkkkk", "kkkkkkkkkkkkkkka", "KKKKKKKKKKKKKKKK"]) {
  Deno.test(`${JSON.stringify(text)} is no run id`, () => {
    assert.equal(isRunId(text), false);
    assert.throws(() => parseRunId(text), { code: "run_id_invalid" });
  });
}

Deno.test("a run id begins with one to sixteen of its letters", () => {
  assert.deepEqual(["", "k", "kz", "k".repeat(17), "ka"].map(isRunIdPrefix), [
    false,
    true,
    true,
    false,
    false,
  ]);
});
