import assert from "node:assert/strict";
import { formatAgo, formatBytes, formatCount, formatDuration, plural } from "./human.ts";

Deno.test("formatBytes() keeps to three digits and powers of 1,000", () => {
  const cases: [number, string][] = [
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.0 kB"],
    [9_949, "9.9 kB"],
    [9_960, "10 kB"],
    [999_499, "999 kB"],
    [999_500, "1.0 MB"],
    [6_200_000_000, "6.2 GB"],
  ];
  for (const [bytes, text] of cases) assert.equal(formatBytes(bytes), text);
});

Deno.test("formatDuration() has two units at most and never 60 of one", () => {
  const cases: [number, string][] = [
    [0, "0 ms"],
    [999, "999 ms"],
    [999.6, "1.0 s"],
    [9_960, "10 s"],
    [59_600, "1 min"],
    [125_000, "2 min 5 s"],
    [3_599_600, "1 h"],
    [4_800_000, "1 h 20 min"],
    [86_399_000, "1 d"],
    [100 * 3_600_000, "4 d 4 h"],
  ];
  for (const [ms, text] of cases) assert.equal(formatDuration(ms), text);
});

Deno.test("formatAgo() has one unit, and a date for what is long ago or to come", () => {
  const now = new Date(2026, 2, 1, 12).getTime();
  assert.equal(formatAgo(now - 3_000, now), "just now");
  assert.equal(formatAgo(now - 59_000, now), "59 s ago");
  assert.equal(formatAgo(now - 3_600_000, now), "1 h ago");
  assert.equal(formatAgo(now - 29 * 86_400_000, now), "29 d ago");
  assert.equal(formatAgo(new Date(2025, 0, 2, 12).getTime(), now), "2025-01-02");
  assert.equal(formatAgo(now + 86_400_000, now), "2026-03-02");
});

Deno.test("counts have their thousands apart, and nouns follow them", () => {
  assert.equal(formatCount(1234567), "1,234,567");
  assert.equal(formatCount(123), "123");
  assert.equal(plural(1, "file"), "1 file");
  assert.equal(plural(2000, "entry", "entries"), "2,000 entries");
});
