import assert from "node:assert/strict";
import { CorruptionError } from "../errors.ts";
import type { ManifestEntry } from "../model/manifest.ts";
import { parseRelativePath } from "../model/relative_path.ts";
import { readManifest, writeManifest } from "./manifest_format.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;

const line = (path: string) => `{"digest":"${DIGEST}","path":${JSON.stringify(path)},"size":1}\n`;
const file = (path: string) =>
  ({ kind: "file", path, size: 1, digest: DIGEST, executable: false }) as unknown as ManifestEntry;
const read = (text: string) => readManifest(new TextEncoder().encode(text));

function refuses(text: string, code: string, why?: RegExp): void {
  assert.throws(() => read(text), (error) => {
    assert(error instanceof CorruptionError);
    assert.equal(error.code, code);
    if (why !== undefined) assert.match(error.report.why!, why);
    return true;
  });
}

Deno.test("a manifest without entries has no bytes", () => {
  assert.equal(writeManifest({ entries: [] }).length, 0);
  assert.deepEqual(read(""), { entries: [] });
});

Deno.test("entries are sorted by the bytes of their path, not by UTF-16", () => {
  const paths = ["a", "a-b", "a0", "\ufb33", "\u{1f600}"];
  const bytes = writeManifest({ entries: paths.map(file) });

  assert.deepEqual(readManifest(bytes).entries.map((entry) => entry.path), paths);
  refuses(line("\u{1f600}") + line("\ufb33"), "manifest_invalid", /line 2.*order/);
});

for (
  const path of ["", "/a", "a/", "a//b", ".", "..", "a/..", "../a", "a/./b", "a\0b", "./a", "a/.."]
) {
  Deno.test(`the path ${JSON.stringify(path)} is refused`, () => {
    refuses(line(path), "manifest_invalid", /safe path/);
    assert.throws(() => writeManifest({ entries: [file(path)] }), TypeError);
  });
}

for (const path of ["...", ".a", "a..b", "a/..b", "-", "a b", "a\nb", "ä"]) {
  Deno.test(`the path ${JSON.stringify(path)} is kept`, () => {
    assert.deepEqual(readManifest(writeManifest({ entries: [file(path)] })).entries, [file(path)]);
  });
}

Deno.test("a path that stands twice is refused", () =>
  refuses(line("a") + line("a"), "manifest_invalid", /twice/));

Deno.test("a file in something that is not a folder is refused, also far behind it", () => {
  const link = `{"link":"b","path":"a"}\n`;

  refuses(link + line("a/x"), "manifest_invalid", /not a folder/);
  refuses(link + line("a-b") + line("a/x/y"), "manifest_invalid", /not a folder/);
  refuses(line("d/a") + line("d/a/x"), "manifest_invalid", /not a folder/);
});

Deno.test("a link that leaves the artifact is refused", () => {
  refuses(`{"link":"../../x","path":"d/a"}\n`, "manifest_invalid", /leaves/);
  refuses(`{"link":"/etc/passwd","path":"a"}\n`, "manifest_invalid", /leaves/);
});

Deno.test("an entry of an unknown kind says so", () => {
  refuses(`{"chunks":[],"path":"a","size":1}\n`, "manifest_unsupported", /chunks/);
  refuses(`{"digest":"${DIGEST}","mode":7,"path":"a","size":1}\n`, "manifest_unsupported", /mode/);
});

for (
  const [what, text] of [
    ["a last line without its end", line("a").trimEnd()],
    ["white space", line("a").replace(",", ", ")],
    ["other order of fields", `{"path":"a","digest":"${DIGEST}","size":1}\n`],
    ["executable that is false", `{"digest":"${DIGEST}","executable":false,"path":"a","size":1}\n`],
    ["a size below 0", `{"digest":"${DIGEST}","path":"a","size":-1}\n`],
    ["a size in text", `{"digest":"${DIGEST}","path":"a","size":"1"}\n`],
    ["a digest in capitals", `{"digest":"${DIGEST.toUpperCase()}","path":"a","size":1}\n`],
    ["a size in other digits", `{"digest":"${DIGEST}","path":"a","size":1e0}\n`],
    ["a path in other escapes", `{"digest":"${DIGEST}","path":"\\u0061","size":1}\n`],
    ["an empty line", `\n`],
    ["a list", `[]\n`],
    ["a byte order mark", `\ufeff${line("a")}`],
    ["a link to a number", `{"link":1,"path":"a"}\n`],
    ["a link that is not Unicode", `{"link":"\\ud800","path":"a"}\n`],
    ["a digest that is a number", `{"digest":1,"path":"a","size":1}\n`],
    ["a path that is a number", `{"digest":"${DIGEST}","path":1,"size":1}\n`],
  ] as const
) {
  Deno.test(`a manifest with ${what} is refused`, () => refuses(text, "manifest_invalid"));
}

Deno.test("links that leave together what none leaves alone are neither written nor read", () => {
  const link = (
    path: string,
    target: string,
  ) => ({ kind: "link", path: parseRelativePath(path), target } as const);
  const text = '{"link":"..","path":"d/a"}\n{"link":"d/a/..","path":"e"}\n';

  assert.throws(() => writeManifest({ entries: [link("d/a", ".."), link("e", "d/a/..")] }), TypeError);
  assert.throws(() => readManifest(new TextEncoder().encode(text)), { code: "manifest_invalid" });
});

Deno.test("a manifest that is not UTF-8 is refused", () => {
  assert.throws(() => readManifest(Uint8Array.of(0xff)), { code: "manifest_invalid", message: /not UTF-8/ });
});
