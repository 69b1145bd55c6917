import assert from "node:assert/strict";
import {
  isName,
  parseArtifactName,
  parseArtifactReference,
  parseName,
  parseVersionSelector,
} from "./name.ts";

for (const text of ["a", "A9", "hourly_counts", "a.b-c", "x".repeat(128)]) {
  Deno.test(`${text} is a name`, () => {
    assert.equal(parseName(text, "stage"), text);
    assert.equal(isName(text), true);
  });
}

for (const text of ["", ".a", "a-", "a..b", "a/b", "a b", "ä", "x".repeat(129)]) {
  Deno.test(`${JSON.stringify(text)} is no name`, () => {
    assert.throws(() => parseName(text, "stage"), {
      code: "name_invalid",
      message: /as the name of a stage/,
    });
    assert.equal(isName(text), false);
  });
}

Deno.test("the refusal of a name says what it would be the name of, with its article", () => {
  assert.throws(() => parseName("", "artifact"), { message: /as the name of an artifact/ });
});

Deno.test("an artifact's name may stand behind its project's", () => {
  assert.deepEqual(parseArtifactName("counts", "bikes"), { project: "bikes", name: "counts" });
  assert.deepEqual(parseArtifactName("other/counts", "bikes"), { project: "other", name: "counts" });
  assert.throws(() => parseArtifactName("a/b/c", "bikes"), { code: "name_invalid" });
});

const HEX = "0123456789abcdef".repeat(4);

for (
  const [text, version] of [
    ["counts", { by: "latest" }],
    ["counts:latest", { by: "latest" }],
    ["counts:v12", { by: "label", number: 12 }],
    ["counts@best", { by: "alias", alias: "best" }],
    ["counts:012345", { by: "digest", prefix: "012345" }],
    [`counts:sha256:${HEX}`, { by: "digest", prefix: HEX }],
  ] as const
) {
  Deno.test(`${text} names a version`, () => {
    assert.deepEqual(parseArtifactReference(text, "bikes"), {
      artifact: { project: "bikes", name: "counts" },
      version,
    });
  });
}

for (const text of [":", ":v0", ":v01", ":01234", ":0123456z", `:${HEX}0`, "v3"]) {
  Deno.test(`${text} selects no version`, () => {
    assert.throws(() => parseVersionSelector(text), { code: "reference_invalid" });
  });
}
