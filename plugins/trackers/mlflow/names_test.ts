import assert from "node:assert/strict";
import fc from "fast-check";
import { cutHash, escapeName, unescapeName } from "./names.ts";

/** What MLflow's utils/validation.py takes: its characters, a clean relative path, 250 characters. */
function isTaken(name: string): boolean {
  const clean = !name.startsWith("/") && !name.endsWith("/") && name !== "" &&
    name.split("/").every((part) => !["", ".", ".."].includes(part));
  return clean && name.length <= 250 && /^[\p{L}\p{N}_/\-. ]*$/u.test(name);
}

for (
  const [name, escaped] of [
    ["loss", "loss"],
    ["train/acc", "train/acc"],
    ["grid_x", "grid_x"],
    ["max_xy", "max_xy"],
    ["train/acc %", "train/acc _x25_"],
    ["_x41_", "_x5f_x41_"],
    ["a:b", "a_x3a_b"],
    ["/a//b/", "_x2f_a/_x2f_b_x2f_"],
    ["..", "_x2e__x2e_"],
    ["", "_x_"],
  ] as const
) {
  Deno.test(`the name ${JSON.stringify(name)} is written ${escaped}`, () => {
    assert.equal(escapeName(name), escaped);
    assert.equal(unescapeName(escaped), name);
  });
}

Deno.test("any name is taken by MLflow, and comes back", () => {
  const parts = fc.constantFrom("_", "x", "_x", "a", "f", "0", "/", ".", "%", "é", "🚲", " ", "$", "\u0301");
  const names = fc.oneof(fc.string({ unit: "grapheme" }), fc.array(parts).map((all) => all.join("")));
  fc.assert(fc.property(names, (name) => {
    const escaped = escapeName(name);
    assert.ok(isTaken(escaped), escaped);
    if (cutHash(name) === undefined) assert.equal(unescapeName(escaped), name);
  }));
});

Deno.test("a name that is too long is cut with its hash, by which it comes back", () => {
  const name = "é%".repeat(200);
  const escaped = escapeName(name);
  const hash = cutHash(name)!;

  assert.ok(isTaken(escaped), escaped);
  assert.match(escaped, /_cut_[0-9a-f]{12}$/);
  assert.equal(unescapeName(escaped, (asked) => asked === hash ? name : undefined), name);
  assert.notEqual(escapeName(`${name}x`), escaped);
});

Deno.test("a name that ends like one that was cut is its own", () => {
  const name = "loss_cut_0123456789ab";

  assert.equal(cutHash(name), undefined);
  assert.equal(unescapeName(escapeName(name)), name);
});
