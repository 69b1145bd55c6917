import assert from "node:assert/strict";
import { drawPlot } from "./plot.ts";

Deno.test("a plot has the range at the left, the steps below, and a bar for each value", () => {
  const points = [{ step: 0, value: 0 }, { step: 10, value: 0.5 }, { step: 20, value: 1 }];

  assert.equal(
    drawPlot(points, 40),
    [
      " 1│  █",
      "  │  █",
      "  │  █",
      "  │ ▁█",
      "  │ ██",
      "  │ ██",
      "  │ ██",
      " 0│▁██",
      "  └───",
      "   0 20",
      "",
    ].join("\n"),
  );
});

Deno.test("values that fall into one cell are drawn as their mean", () => {
  const points = Array.from({ length: 1000 }, (_, i) => ({ value: i % 2 }));

  const bottom = drawPlot(points, 24).split("\n")[7]!;

  assert.equal(bottom, ` 0│${"█".repeat(20)}`);
});

Deno.test("equal values are drawn at half the height", () => {
  const rows = drawPlot([{ value: 35 }, { value: 35 }], 40).split("\n").slice(0, 8);

  assert.deepEqual(rows, ["   │", "   │", "   │", "   │", " 35│██", "   │██", "   │██", "   │██"]);
});

Deno.test("values that are not finite are left out and counted", () => {
  assert.match(
    drawPlot([{ value: 1 }, { value: NaN }, { value: 2 }], 40),
    /\n1 of 3 values are not finite\n$/,
  );
  assert.equal(drawPlot([{ value: Infinity }], 40), "1 of 1 values are not finite\n");
});

Deno.test("a million values are drawn in as many cells as there are", () => {
  const points = Array.from({ length: 1_000_000 }, (_, i) => ({ step: i, value: i }));

  const longest = Math.max(...drawPlot(points, 60).split("\n").map((line) => line.length));

  assert.ok(longest <= 60, `${longest}`);
});
