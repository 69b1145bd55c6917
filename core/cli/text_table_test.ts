import assert from "node:assert/strict";
import { makeStyle } from "./style.ts";
import { textTable } from "./text_table.ts";
import { cutToWidth, textWidth } from "./width.ts";

const now = () => new Date(0);
const plain = makeStyle({ colour: false, now });
const rows = [{ id: "kmnp", name: "データ集合の名前", size: 5 }, {
  id: "lopq",
  name: "plain\nname\x1b[2J",
  size: 1200,
}];
const columns = [
  { title: "RUN", value: (row: typeof rows[number]) => row.id, shrink: false },
  { title: "NAME", value: (row: typeof rows[number]) => row.name },
  { title: "SIZE", value: (row: typeof rows[number]) => String(row.size), align: "right" as const },
];

Deno.test("a table lines up wide characters, and shows control characters", () => {
  assert.equal(
    textTable(rows, columns, plain),
    "RUN   NAME                SIZE\n" +
      "kmnp  データ集合の名前       5\n" +
      "lopq  plain\\nname\\x1b[2J  1200\n",
  );
});

Deno.test("a table fits a terminal, and keeps columns that must not shrink", () => {
  const text = textTable(rows, columns, makeStyle({ colour: true, columns: 24, now }));
  for (const line of text.trimEnd().split("\n")) assert.ok(textWidth(line) <= 24, line);
  assert.match(text, /kmnp {2}データ集.*….* {2}.*5\n/);
});

Deno.test("a table that goes to a file is never cut", () => {
  const long = [{ id: "k", name: "x".repeat(500), size: 1 }];
  assert.ok(textTable(long, columns, plain).includes("x".repeat(500)));
});

Deno.test("a table without rows is empty", () => {
  assert.equal(textTable([], columns, plain), "");
});

Deno.test("text is cut between characters, with a mark, colours not counted", () => {
  assert.equal(cutToWidth("abcdef", 4), "abc…");
  assert.equal(cutToWidth("日本語", 4), "日…");
  assert.equal(cutToWidth("\x1b[31mabc\x1b[39m", 3), "\x1b[31mabc\x1b[39m");
  assert.equal(textWidth("e\u0301"), 1);
  assert.equal(textWidth("🚲"), 2);
  assert.equal(textWidth("a — b…"), 6);
  assert.equal(textWidth("\x1b[1mab\x1b[0m"), 2);
});
