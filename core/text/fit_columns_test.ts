import assert from "node:assert/strict";
import { fitColumns, type RankedColumn } from "./fit_columns.ts";

const column = (title: string, worth?: number): RankedColumn<string> => ({
  title,
  value: (row) => row,
  ...(worth === undefined ? {} : { worth }),
});
const titles = (columns: readonly { readonly title: string }[]) => columns.map(({ title }) => title);

Deno.test("columns of least worth go first, and the order stays", () => {
  const { columns, left } = fitColumns(
    ["12345"],
    [column("a"), column("low", 1), column("high", 2), column("z")],
    { columns: 5 * 3 + 2 * 2 },
  );

  assert.deepEqual(titles(columns), ["a", "high", "z"]);
  assert.deepEqual(left, ["low"]);
});

Deno.test("a narrow column stays where a wide one of more worth has no room", () => {
  const wide: RankedColumn<string> = { title: "w", worth: 9, value: () => "x".repeat(20) };

  const { columns } = fitColumns(["1"], [column("a"), wide, column("n", 1)], { columns: 10 });

  assert.deepEqual(titles(columns), ["a", "n"]);
});

Deno.test("without a terminal there is room for 160 cells, and a text that is not cut counts whole", () => {
  const of = (cells: number, title: string, worth?: number): RankedColumn<string> => ({
    ...column(title, worth),
    value: () => "x".repeat(cells),
  });

  assert.deepEqual(fitColumns(["1"], [of(76, "a"), of(40, "b", 3), of(40, "c", 2)], {}).left, []);
  assert.deepEqual(fitColumns(["1"], [of(76, "a"), of(40, "b", 3), of(41, "c", 2)], {}).left, ["c"]);
});

Deno.test("columns without a worth stay on any terminal", () => {
  assert.deepEqual(titles(fitColumns(["1"], [column("a"), column("b")], { columns: 1 }).columns), ["a", "b"]);
});
