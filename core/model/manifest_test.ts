import assert from "node:assert/strict";
import type { Digest } from "./digest.ts";
import { compareBytes, filesOf, type Manifest, totalBytes } from "./manifest.ts";
import type { RelativePath } from "./relative_path.ts";

const path = (text: string) => text as RelativePath;
const digest = `sha256:${"0".repeat(64)}` as Digest;

Deno.test("links have no bytes, and are no files", () => {
  const manifest: Manifest = {
    entries: [
      { kind: "file", path: path("a"), size: 3, digest, executable: false },
      { kind: "link", path: path("b"), target: "a" },
      { kind: "file", path: path("c"), size: 4, digest, executable: true },
    ],
  };
  assert.equal(totalBytes(manifest), 7);
  assert.deepEqual(filesOf(manifest).map(({ path }) => path), ["a", "c"]);
});

Deno.test("texts are ordered as their UTF-8 is", () => {
  const texts = ["", "a", "a-", "a/b", "ab", "b", "é", "\uffff", "\u{10000}", "\u{10001}", "\u{10ffff}"];
  const bytes = (text: string) =>
    [...new TextEncoder().encode(text)].map((byte) => String(byte).padStart(3, "0")).join();
  assert.deepEqual(texts.map(bytes), texts.map(bytes).toSorted());
  for (const [i, a] of texts.entries()) {
    for (const [j, b] of texts.entries()) {
      assert.equal(Math.sign(compareBytes(a, b)), Math.sign(i - j), `${a} ${b}`);
    }
  }
});
