import assert from "node:assert/strict";
import { EnvironmentError } from "../../../core/plugin/environment.ts";
import { parseImageDescription } from "./image_description.ts";
import { fullName } from "./images.ts";

const HEX = "0123456789abcdef".repeat(4);

const DOCUMENT = {
  Id: HEX,
  Os: "linux",
  Architecture: "amd64",
  Size: 7,
  RootFS: { Layers: [`sha256:${HEX}`] },
  Config: { Env: ["PATH=/bin", "EMPTY=", "TWO=a=b", "BARE"] },
};

Deno.test("parseImageDescription() reads what either engine prints", () => {
  const wanted = {
    id: `sha256:${HEX}`,
    platform: "linux/amd64",
    diffIds: [`sha256:${HEX}`],
    size: 7,
    env: { PATH: "/bin", EMPTY: "", TWO: "a=b", BARE: "" },
  };

  assert.deepEqual(parseImageDescription(JSON.stringify([DOCUMENT])), wanted);
  assert.deepEqual(parseImageDescription(JSON.stringify([{ ...DOCUMENT, Id: `sha256:${HEX}` }])), wanted);
});

Deno.test("parseImageDescription() takes an image without variables", () => {
  const bare = JSON.stringify([{ ...DOCUMENT, Config: { Env: null } }]);

  assert.deepEqual(parseImageDescription(bare)?.env, {});
});

Deno.test("parseImageDescription() refuses a store that names images by their manifests", () => {
  const text = JSON.stringify([{ ...DOCUMENT, Descriptor: { digest: `sha256:${HEX}` } }]);

  assert.throws(
    () => parseImageDescription(text),
    (error) =>
      error instanceof EnvironmentError && error.code === "unsupported" && error.report.fix?.length === 1,
  );
});

for (
  const [reference, full] of [
    ["python:3.12-slim", "docker.io/library/python:3.12-slim"],
    ["team/image", "docker.io/team/image"],
    ["localhost/image", "localhost/image"],
    ["registry:5000/image", "registry:5000/image"],
    ["ghcr.io/a/b:c", "ghcr.io/a/b:c"],
  ] as const
) {
  Deno.test(`fullName() reads ${reference} as ${full}`, () => {
    assert.equal(fullName(reference), full);
  });
}
