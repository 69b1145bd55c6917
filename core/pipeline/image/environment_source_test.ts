import assert from "node:assert/strict";
import { UserError } from "../../errors.ts";
import { environmentSource, type ImageConfig } from "./environment_source.ts";

const refused = (code: string) => (error: unknown) => error instanceof UserError && error.code === code;

Deno.test("environmentSource() of an image alone is that image", () => {
  assert.deepEqual(environmentSource({ image: "python:3.12-slim", systemPackages: [] }), {
    kind: "base",
    reference: "python:3.12-slim",
  });
});

Deno.test("environmentSource() sorts packages and takes each once", () => {
  assert.deepEqual(
    environmentSource({
      image: "a",
      systemPackages: ["zip=3.0-1", "bc", "zip=3.0-1"],
      pythonLock: "./env/r.txt",
    }),
    {
      kind: "generated",
      reference: "a",
      systemPackages: [{ name: "bc" }, { name: "zip", version: "3.0-1" }],
      pythonLock: "env/r.txt",
    },
  );
});

Deno.test("environmentSource() takes a Dockerfile, and `.` for the project's root", () => {
  const build = { dockerfile: "./docker/Dockerfile", context: "./" };

  assert.deepEqual(environmentSource({ build }), {
    kind: "dockerfile",
    dockerfile: "docker/Dockerfile",
    context: "",
    args: {},
  });
});

Deno.test("environmentSource() refuses what cannot be one image", () => {
  const build = { dockerfile: "Dockerfile", context: "." };
  const cases: [ImageConfig, string][] = [
    [{}, "image_unset"],
    [{ image: "a", build }, "image_ambiguous"],
    [{ build, systemPackages: ["bc"] }, "image_ambiguous"],
    [{ build, pythonLock: "x.lock" }, "image_ambiguous"],
    [{ build: { dockerfile: "../Dockerfile", context: "." } }, "path_unsafe"],
    [{ build: { dockerfile: "Dockerfile", context: "/etc" } }, "path_unsafe"],
    [{ image: "a", pythonLock: "../x.lock" }, "path_unsafe"],
    [{ image: "--privileged" }, "image_reference_invalid"],
  ];

  for (const [config, code] of cases) assert.throws(() => environmentSource(config), refused(code));
});

Deno.test("environmentSource() refuses package names that mean something to a shell or a package manager", () => {
  for (
    const name of [
      "bc; rm -rf /",
      "$(id)",
      "`id`",
      "-o",
      "--allow",
      "a b",
      "a\nb",
      "",
      "a=",
      "a=1 b",
      "a&&b",
      "a'b",
    ]
  ) {
    assert.throws(
      () => environmentSource({ image: "a", systemPackages: [name] }),
      refused("system_package_invalid"),
      name,
    );
  }
});

Deno.test("environmentSource() refuses one package in two versions", () => {
  assert.throws(
    () => environmentSource({ image: "a", systemPackages: ["bc=1", "bc=2"] }),
    refused("system_package_invalid"),
  );
});
