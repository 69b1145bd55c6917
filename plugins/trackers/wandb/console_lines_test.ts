import assert from "node:assert/strict";
import { takeText } from "./console_lines.ts";
import type { Progress } from "./sent_run.ts";

const START: Progress = {
  cursor: { events: 0, stdout: 0, stderr: 0 },
  rows: 0,
  lines: 0,
  step: -1,
  startedAt: 0,
  at: 0,
  moved: false,
};

/** The console after pieces of text, less the times. */
function shown(...pieces: readonly (readonly [string, string])[]): string[] {
  const lines: string[] = [];
  let progress = START;
  for (const [stdout, stderr] of pieces) {
    const taken = takeText(progress, stdout, stderr);
    taken.console?.lines.forEach((line, i) => lines[taken.console!.first + i] = line);
    progress = taken.progress;
    assert.equal(lines.length, progress.lines);
  }
  return lines.map((line) => line.replace("1970-01-01T00:00:00.000000 ", ""));
}

Deno.test("a line that comes in pieces is one line", () => {
  assert.deepEqual(shown(["one\ntw", ""], ["o", ""], ["", ""], ["\nthree", ""]), ["one", "two", "three"]);
});

Deno.test("the error stream is marked, and its lines begin anew", () => {
  assert.deepEqual(shown(["one", "oh"], ["", " no\n"], ["two\n", ""]), ["one", "ERROR oh no", "two"]);
});

Deno.test("a stream goes on behind the other in a line of its own", () => {
  assert.deepEqual(shown(["a", ""], ["", "b\n"], ["c\n", ""]), ["a", "ERROR b", "c"]);
});

Deno.test("empty lines stay", () => {
  assert.deepEqual(shown(["\n\na\n", ""], ["\n", ""]), ["", "", "a", ""]);
});

Deno.test("a line that is too long goes on in the next, with a mark, and no character is cut", () => {
  const text = "é".repeat(4093) + "🚲" + "x".repeat(5000);

  const lines = shown([text.slice(0, 3000), ""], [`${text.slice(3000)}\n`, ""]);

  assert.deepEqual(lines.map((line) => line.length <= 4096), [true, true, true]);
  assert.equal(lines.map((line) => line.replace(/ …$/, "")).join(""), text);
});
