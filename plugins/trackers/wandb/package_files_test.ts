import assert from "node:assert/strict";
import { packageFiles, pythonIn } from "./package_files.ts";

const PACKAGES = new Map([
  ["libc6@deb", "2.36"],
  ["numpy@conda", "1.26.4"],
  ["numpy@pypi", "1.26.4, 2.1.0"],
  ["python@generic", "3.12.4"],
  ["@scope/x@pypi", "1"],
]);

Deno.test("packages stand in the files in which W&B's own SDK leaves them", () => {
  assert.deepEqual(packageFiles(PACKAGES), [
    { name: "requirements.txt", text: "numpy==1.26.4\nnumpy==2.1.0\n@scope/x==1\n" },
    { name: "conda-environment.yaml", text: "dependencies:\n  - numpy=1.26.4\n" },
  ]);
  assert.equal(pythonIn(PACKAGES), "CPython 3.12.4");
});

Deno.test("where no packages are known there are no files", () => {
  assert.deepEqual(packageFiles(undefined), []);
  assert.deepEqual(packageFiles(new Map([["libc6@deb", "2.36"]])), []);
  assert.equal(pythonIn(new Map()), undefined);
});
