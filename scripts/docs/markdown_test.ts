import assert from "node:assert/strict";
import { codeBlocks, fillBlocks, table } from "./markdown.ts";

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

Deno.test("codeBlocks() gives the fenced blocks with their language, also those that hold a shorter fence", () => {
  const page = "a\n```sh\nls\n```\nb `c`\n```\n```\n````md\n```sh\nx\n```\n````\n    indented\n";

  assert.deepEqual(codeBlocks(page), [
    { language: "sh", text: "ls\n" },
    { language: "", text: "" },
    { language: "md", text: "```sh\nx\n```\n" },
  ]);
});
