import assert from "node:assert/strict";
import { fillBlocks, table } from "./markdown.ts";

Deno.test("table() keeps bars and line ends within their cells", () => {
  assert.equal(table(["a", "b"], [["x|y", "1\n2"]]), "| a | b |\n|---|---|\n| x\\|y | 1 2 |");
});

Deno.test("fillBlocks() replaces what is between the marks and nothing else", () => {
  const page = "before\n<!-- generated: x -->\nold\n<!-- end -->\nafter\n";

  const filled = fillBlocks(page, { x: "new" });

  assert.equal(filled, "before\n<!-- generated: x -->\n\nnew\n\n<!-- end -->\nafter\n");
  assert.equal(fillBlocks(filled, { x: "new" }), filled);
});

Deno.test("fillBlocks() refuses a block that nobody makes", () => {
  assert.throws(() => fillBlocks("<!-- generated: y -->\n<!-- end -->", { x: "" }), RangeError);
});
