import assert from "node:assert/strict";
import { UserError } from "../errors.ts";
import { parseVersionPair } from "./artifact_versions.ts";

const model = { project: "bikes", name: "model" };
const label = (number: number) => ({ by: "label", number });

for (
  const [words, a, b] of [
    [["model:v1", "model:v2"], label(1), label(2)],
    [["model:v1", ":v2"], label(1), label(2)],
    [["model:v1", "v2"], label(1), label(2)],
    [["model", "v1", "v2"], label(1), label(2)],
    [["model", ":v1", "@best"], label(1), { by: "alias", alias: "best" }],
    [["model", "v1"], label(1), { by: "latest" }],
    [["model@best", "model"], { by: "alias", alias: "best" }, { by: "latest" }],
  ] as const
) {
  Deno.test(`${words.join(" ")} names two versions of model`, () => {
    assert.deepEqual(parseVersionPair(words, "bikes"), [
      { artifact: model, version: a },
      { artifact: model, version: b },
    ]);
  });
}

Deno.test("versions of two artifacts can be compared", () => {
  const [, b] = parseVersionPair(["model:v1", "other/copy:v2"], "bikes");

  assert.deepEqual(b.artifact, { project: "other", name: "copy" });
});

Deno.test("one version alone is not compared", () => {
  assert.throws(
    () => parseVersionPair(["model:v1"], "bikes"),
    (error) => error instanceof UserError && error.code === "argument_missing",
  );
});
