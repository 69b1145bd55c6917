import assert from "node:assert/strict";
import { anchorsOf, brokenLinks, linksOf } from "./links.ts";

Deno.test("anchorsOf() follows the headings, and counts equal ones", () => {
  const page = "# A b: `c_d`!\n\n## Exit codes\n\n```sh\n# no heading\n```\n\n## Exit codes\n";

  assert.deepEqual(anchorsOf(page), ["a-b-c_d", "exit-codes", "exit-codes-1"]);
});

Deno.test("linksOf() leaves out the web and what stands in code", () => {
  const page = '[a](b.md) [w](https://x.org) ![i](c.png "t") `[no](d.md)`\n```\n[no](e.md)\n```\n[s](#top)';

  assert.deepEqual(linksOf(page), ["b.md", "c.png", "#top"]);
});

Deno.test("brokenLinks() names missing files and headings", () => {
  const pages = { "a/x.md": "[1](y.md#one) [2](y.md#two) [3](../z.md) [4](#me)\n# me", "a/y.md": "# one" };

  const found = brokenLinks(pages, (path) => path in pages);

  assert.deepEqual(found, ["a/x.md: no heading #two in a/y.md", "a/x.md: no file at z.md"]);
});
