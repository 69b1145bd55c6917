import assert from "node:assert/strict";
import { UserError } from "../../errors.ts";
import { digestOf } from "../../format/digest_of.ts";
import { type ImageReference, recordedImage } from "../../plugin/environment.ts";
import type { CommitFiles } from "./commit_files.ts";
import { environmentSource, type ImageConfig } from "./environment_source.ts";
import { baseReferences, loadSource, sourceDigest } from "./source_digest.ts";

const HASH = `--hash=sha256:${"a".repeat(64)}`;
const PROJECT = {
  "r.lock": `numpy==1.26.4 ${HASH}\n`,
  "uv.lock": 'version = 1\nrequires-python = ">=3.12"\n[[package]]\nname = "a"\n',
  "pyproject.toml": "[project]\n",
  "Dockerfile": "FROM a:1\nCOPY requirements.txt /\n",
  "Bare.dockerfile": "FROM a:1\nRUN true\n",
  "requirements.txt": "x",
  "train.py": "print(1)",
};

function filesOf(contents: Record<string, string>): CommitFiles {
  const encode = (text: string) => new TextEncoder().encode(text);
  return {
    directory: () => Promise.reject(new TypeError("A digest needs no checkout")),
    objectId: (path) => Promise.resolve(contents[path] === undefined ? undefined : digestOf(contents[path])),
    read: (path) => Promise.resolve(contents[path] === undefined ? undefined : encode(contents[path])),
  };
}

async function digestWith(
  config: ImageConfig,
  changed: Record<string, string> = {},
  base = "1",
  platform = "linux/amd64",
) {
  const source = await loadSource(environmentSource(config), filesOf({ ...PROJECT, ...changed }), platform);
  assert.ok(source.kind !== "base");
  const image = recordedImage({ image: digestOf(base) });
  return sourceDigest(
    source,
    new Map(baseReferences(source).map((name): [ImageReference, typeof image] => [name, image])),
    platform,
  );
}

const GENERATED: ImageConfig = { image: "a:1", systemPackages: ["bc"], pythonLock: "r.lock" };
const BUILT: ImageConfig = { build: { dockerfile: "Dockerfile", context: "." } };

Deno.test("the digest of a generated image changes with each of its inputs", async () => {
  const digests = await Promise.all([
    digestWith(GENERATED),
    digestWith({ ...GENERATED, systemPackages: ["bc=1"] }),
    digestWith({ ...GENERATED, systemPackages: ["bc", "zip"] }),
    digestWith({ ...GENERATED, pythonLock: "uv.lock" }),
    digestWith({ ...GENERATED, pythonLock: "uv.lock" }, { "pyproject.toml": "[project]\nname='x'\n" }),
    digestWith(GENERATED, { "r.lock": `numpy==1.26.5 ${HASH}\n` }),
    digestWith(GENERATED, {}, "2"),
    digestWith(GENERATED, {}, "1", "linux/arm64"),
  ]);

  assert.equal(new Set(digests).size, digests.length);
});

Deno.test("the digest of a generated image does not change with code, or with another name of the same base", async () => {
  const digest = await digestWith(GENERATED);

  assert.equal(await digestWith(GENERATED, { "train.py": "print(2)" }), digest);
  assert.equal(await digestWith({ ...GENERATED, image: "a:latest", systemPackages: ["bc", "bc"] }), digest);
});

Deno.test("the digest of a Dockerfile's image changes with each of its inputs", async () => {
  const digests = await Promise.all([
    digestWith(BUILT),
    digestWith(BUILT, { "requirements.txt": "y" }),
    digestWith(BUILT, { "Dockerfile": "FROM a:1\nCOPY requirements.txt /\n# comment\n" }),
    digestWith(BUILT, { ".dockerignore": "x" }),
    digestWith(BUILT, { "Dockerfile.dockerignore": "x" }),
    digestWith({ build: { ...BUILT.build!, args: { A: "1" } } }),
    digestWith(BUILT, {}, "2"),
    digestWith(BUILT, {}, "1", "linux/arm64"),
  ]);

  assert.equal(new Set(digests).size, digests.length);
});

Deno.test("the digest of a Dockerfile's image does not change with files that it cannot read", async () => {
  const bare: ImageConfig = { build: { dockerfile: "Bare.dockerfile", context: "." } };

  assert.equal(await digestWith(BUILT, { "train.py": "print(2)" }), await digestWith(BUILT));
  assert.equal(await digestWith(bare, { ".dockerignore": "x" }), await digestWith(bare));
});

Deno.test("loadSource() names the file that the commit lacks", async () => {
  const cases: [ImageConfig, RegExp][] = [
    [{ image: "a", pythonLock: "none.lock" }, /none\.lock/],
    [{ image: "a", pythonLock: "env/uv.lock" }, /env\/uv\.lock/],
    [{ build: { dockerfile: "none", context: "." } }, /none/],
  ];

  for (const [config, name] of cases) {
    await assert.rejects(
      loadSource(environmentSource(config), filesOf(PROJECT), "linux/amd64"),
      (error) => error instanceof UserError && error.code === "file_missing" && name.test(error.report.what),
    );
  }
});
