import assert from "node:assert/strict";
import { CorruptionError } from "../errors.ts";
import { packagesOf } from "./inventory_packages.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

function documentOf(components: unknown): Uint8Array {
  return bytesOf(JSON.stringify({ bomFormat: "CycloneDX", components }));
}

Deno.test("packages are named by their ecosystem, in order, with all of their versions", () => {
  const packages = packagesOf(documentOf([
    { type: "library", name: "numpy", version: "2.1.0", purl: "pkg:pypi/numpy@2.1.0" },
    { type: "library", name: "libc6", version: "2.36", purl: "pkg:deb/debian/libc6@2.36?arch=amd64" },
    { type: "library", name: "numpy", version: "1.26.4", purl: "pkg:pypi/numpy@1.26.4" },
    { type: "operating-system", name: "debian" },
    { type: "library", name: "odd", version: "1", purl: "no package url" },
  ]));

  assert.deepEqual([...packages], [
    ["debian@operating-system", ""],
    ["libc6@deb", "2.36"],
    ["numpy@pypi", "1.26.4, 2.1.0"],
    ["odd@library", "1"],
  ]);
});

Deno.test("an inventory without components has no packages", () => {
  assert.equal(packagesOf(bytesOf('{"bomFormat":"CycloneDX"}')).size, 0);
});

for (
  const [why, document] of Object.entries({
    "it is not JSON": bytesOf("{"),
    "it is not CycloneDX": bytesOf('{"bomFormat":"SPDX"}'),
    "it is a list": bytesOf("[]"),
    "its bytes are no text": Uint8Array.of(0xff),
    "its components are no list": documentOf({}),
    "a component is no object": documentOf(["numpy"]),
    "a component has no name": documentOf([{ version: "1" }]),
  })
) {
  Deno.test(`an inventory is refused if ${why}`, () => {
    assert.throws(
      () => packagesOf(document),
      (error) => error instanceof CorruptionError && error.code === "inventory_invalid",
    );
  });
}
