import assert from "node:assert/strict";
import { linkTargetInside, parseRelativePath } from "./relative_path.ts";

for (const text of ["a", "a/b.txt", "...", "a/..b", "ä/ \n"]) {
  Deno.test(`${JSON.stringify(text)} is a path in a tree`, () => assert.equal(parseRelativePath(text), text));
}

for (
  const [text, why] of [
    ["", "it is empty"],
    ["/etc", "it is absolute, and a path in an artifact is relative"],
    ["a\0b", "it holds a NUL"],
    ["\ud800", "it is not valid Unicode"],
    ["a/../b", "it climbs out of its folder"],
    ["a//b", "it has an empty part or a single dot"],
    ["./a", "it has an empty part or a single dot"],
  ] as const
) {
  Deno.test(`${JSON.stringify(text)} is refused: ${why}`, () => {
    const what = `Cannot take the path ${JSON.stringify(text)}`;
    assert.throws(() => parseRelativePath(text), { code: "path_unsafe", report: { what, why } });
  });
}

for (
  const [path, target, inside] of [
    ["a/b/link", "../c", "a/c"],
    ["a/b/link", "./x//y", "a/b/x/y"],
    ["link", "a", "a"],
    ["a/link", "..", ""],
    ["link", "..", undefined],
    ["a/link", "../../b", undefined],
    ["link", "/etc", undefined],
    ["link", "", undefined],
    ["link", "a\0", undefined],
  ] as const
) {
  Deno.test(`a link at ${path} to ${JSON.stringify(target)} ${inside === undefined ? "leaves" : `is to ${inside}`}`, () => {
    assert.equal(linkTargetInside(parseRelativePath(path), target), inside);
  });
}
