import assert from "node:assert/strict";
import { makeStyle } from "../cli/style.ts";
import { parseDigest } from "../model/digest.ts";
import type { ManifestEntry } from "../model/manifest.ts";
import { parseRelativePath } from "../model/relative_path.ts";
import { changeCounts, fileChangeLines } from "./file_changes_text.ts";

const plain = makeStyle({ colour: false, now: () => new Date(0) });

function file(size: number, digit = "a", executable = false): ManifestEntry {
  const digest = parseDigest(`sha256:${digit.repeat(64)}`);
  return { kind: "file", path: parseRelativePath("x"), size, digest, executable };
}

Deno.test("changed files are told with their sizes", () => {
  const lines = fileChangeLines([
    { path: "a", change: "added", after: file(1500) },
    { path: "b", change: "removed", before: file(20) },
    { path: "c", change: "modified", before: file(1, "a"), after: file(2, "b") },
    { path: "d", change: "modified", before: file(5, "a"), after: file(5, "b") },
    { path: "e", change: "modified", before: file(5), after: file(5, "a", true) },
    { path: "f", change: "modified" },
  ], plain);

  assert.deepEqual(lines, [
    ...["+ a  1.5 kB", "- b  20 B", "~ c  1 B → 2 B", "~ d  5 B", "~ e  executable", "~ f"],
  ]);
});

Deno.test("a path cannot print control characters", () => {
  assert.deepEqual(fileChangeLines([{ path: "a\x1b[2J\nb", change: "added" }], plain), ["+ a\\x1b[2J\\nb"]);
});

Deno.test("a terminal shows the first changes and how many there are more, a file all", () => {
  const changes = Array.from({ length: 25 }, (_, i) => ({ path: `${i}`, change: "added" as const }));

  assert.equal(fileChangeLines(changes, plain).length, 25);
  const shown = fileChangeLines(changes, makeStyle({ colour: false, columns: 80, now: () => new Date(0) }));
  assert.equal(shown.length, 21);
  assert.equal(shown[20], "… and 5 more; all: --json");
});

Deno.test("changes are counted by kind", () => {
  const of = (...kinds: ("added" | "removed" | "modified")[]) =>
    changeCounts(kinds.map((change) => ({ path: "p", change })));

  assert.equal(of("added", "modified", "added"), "2 added, 1 changed");
  assert.equal(of(), "no file differs");
});
