import assert from "node:assert/strict";
import { progressLine, startProgress } from "./progress.ts";

Deno.test("a line of progress has amount, part, rate and time left", () => {
  const state = { label: "Hashing", unit: "bytes", total: 4e9, done: 1e9, elapsedMs: 2000 } as const;
  assert.equal(progressLine(state), "Hashing: 1.0 GB of 4.0 GB, 25 %, 500 MB/s, 6.0 s left");
});

Deno.test("a line of progress leaves out what is not known", () => {
  assert.equal(progressLine({ label: "Files", unit: "items", done: 0, elapsedMs: 0 }), "Files: 0");
  assert.equal(progressLine({ label: "Files", unit: "items", done: 5, elapsedMs: 2000 }), "Files: 5, 2.5/s");
});

Deno.test("a line of progress tells the time where nothing can be counted", () => {
  assert.equal(progressLine({ label: "Keeping", unit: "bytes", done: 0, elapsedMs: 8000 }), "Keeping: 8.0 s");
  assert.equal(
    progressLine({ label: "Sending", unit: "bytes", done: 0, total: 5e6, elapsedMs: 8000 }),
    "Sending: 0 B of 5.0 MB, 0 %",
  );
});

Deno.test("a line of progress past its total has no time left", () => {
  const state = { label: "Files", unit: "items", total: 10, done: 12, elapsedMs: 1000 } as const;
  assert.equal(progressLine(state), "Files: 12 of 10, 100 %, 12/s");
});

Deno.test("work that ends at once is never shown", () => {
  const shown: string[] = [];
  const screen = {
    afterMs: 500,
    everyMs: 100,
    now: () => 0,
    show: (line: string) => void shown.push(line),
    clear() {},
  };
  {
    using progress = startProgress({ label: "Hashing", unit: "bytes" }, screen);
    progress.add(5);
  }
  assert.deepEqual(shown, []);
});
