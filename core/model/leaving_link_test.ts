import assert from "node:assert/strict";
import { leavingLink } from "./leaving_link.ts";
import { parseRelativePath } from "./relative_path.ts";

/** `path -> target` of each link. */
function links(...texts: string[]) {
  return texts.map((text) => {
    const [path, target] = text.split(" -> ");
    return { path: parseRelativePath(path!), target: target! };
  });
}

for (
  const [texts, leaving] of [
    [["a -> b"], undefined],
    [["a/b -> ../c"], undefined],
    [["a -> .."], "a"],
    [["d/a -> ..", "e -> d/a/.."], "e"],
    [["d/a -> ..", "e -> d/a/x"], undefined],
    [["x/y/up -> ../..", "deep -> x/y/up/.."], "deep"],
    [["a -> b", "b -> a"], undefined],
    [["a -> a/.."], undefined],
    [["a -> /etc"], undefined],
    [["a -> /etc", "b -> a/x"], "b"],
    [["a -> ./b//c/../.."], undefined],
  ] as const
) {
  Deno.test(`of ${texts.join(", ")} ${leaving === undefined ? "none leaves" : `${leaving} leaves`}`, () => {
    assert.equal(leavingLink(links(...texts))?.path, leaving);
  });
}
