import assert from "node:assert/strict";
import { UserError } from "../../errors.ts";
import { parseDigest } from "../../model/digest.ts";
import { parseImageReference } from "../../plugin/environment.ts";
import { basesOf } from "./dockerfile_bases.ts";

const digestOfLetter = (letter: string) => parseDigest(`sha256:${letter.repeat(64)}`);
const references = (text: string, args: Record<string, string> = {}) =>
  basesOf(text, args, "linux/amd64").references;
const A = digestOfLetter("a"), B = digestOfLetter("b");
const pinned = (text: string, names: Record<string, string>) =>
  basesOf(text, {}, "linux/amd64").pinned(
    new Map(Object.entries(names).map(([name, digest]) => [parseImageReference(name), parseDigest(digest)])),
  );

Deno.test("basesOf() finds every image that is not a stage of the file", () => {
  const cases: [text: string, found: string[]][] = [
    ["FROM python:3.12", ["python:3.12"]],
    ["from  python:3.12  as  build\nFROM build\nCOPY --from=build /a /a\nCOPY --from=0 /a /b", [
      "python:3.12",
    ]],
    ["FROM scratch\nCOPY --from=busybox:1 /bin/sh /sh", ["busybox:1"]],
    ["FROM a AS a\nFROM a", ["a"]],
    ["FROM a\nRUN --mount=type=bind,from=tools:2,target=/t --network=none x", ["a", "tools:2"]],
    ["FROM a\nRUN --mount=type=cache,target=/c x --from=none", ["a"]],
    ["# FROM hidden\n\n  FROM a\nRUN echo \\\n  # FROM comment\n  FROM-not", ["a"]],
    ["ARG V=3.12\nARG IMAGE=python:$V\nFROM ${IMAGE}-slim", ["python:3.12-slim"]],
    ["ARG V\nFROM python:${V:-3.11}", ["python:3.11"]],
    ["ARG V=\nFROM python${V:+:$V}", ["python"]],
    ['ARG IMAGE="a:1"\nFROM "$IMAGE"', ["a:1"]],
    ["# escape=`\nFROM `\n  a:1 AS x\nRUN dir c:\\\nFROM b", ["a:1", "b"]],
    ["FROM --platform=$BUILDPLATFORM a\nFROM --platform=linux/amd64 b", ["a", "b"]],
    ["FROM a\nRUN <<EOF\nFROM inside\nEOF\nCOPY <<-'X' /f\n\tFROM inside\n\tX\nFROM b", ["a", "b"]],
    ["FROM a\nRUN echo $((1 <<2))\nFROM b", ["a", "b"]],
    ["FROM a\nRUN cat <<NEVER-ENDS\nFROM b", ["a", "b"]],
    ["\uFEFFFROM a\r\nFROM b\r\n", ["a", "b"]],
  ];

  for (const [text, found] of cases) assert.deepEqual(references(text), found, text);
});

Deno.test("basesOf() lets build arguments go before defaults", () => {
  assert.deepEqual(references("ARG V=1\nFROM a:$V", { V: "2" }), ["a:2"]);
  assert.deepEqual(references("FROM a:1\nARG V=1", { V: "2" }), ["a:1"]);
});

Deno.test("basesOf() refuses a file whose images cannot be told", () => {
  const cases = [
    "",
    "RUN x",
    "FROM a:$V",
    "ARG V\nFROM a:$V",
    "FROM a\nARG V=1\nFROM b:$V",
    "FROM a\nCOPY --from=$V /x /x",
    "FROM --platform=linux/arm64 a",
  ];

  for (const text of cases) {
    assert.throws(
      () => references(text),
      (error) => error instanceof UserError && error.code === "dockerfile_unsupported",
      text,
    );
  }
});

Deno.test("pinned() names each image by its digest and leaves the rest as it is", () => {
  const text = [
    "# syntax=docker/dockerfile:1",
    "# a comment",
    "ARG V=1",
    "FROM --platform=linux/amd64 \\",
    "  a:$V AS build",
    "RUN make # FROM a:1",
    "FROM build",
    "COPY --from=b:2 --chmod=755 /from=b:2 /x",
    "RUN --mount=type=bind,target=/t,from=b:2 \\",
    "    true",
    "",
  ].join("\n");

  assert.equal(
    pinned(text, { "a:1": A, "b:2": B }),
    [
      "# a comment",
      "ARG V=1",
      `FROM ${A} AS build`,
      "RUN make # FROM a:1",
      "FROM build",
      `COPY --from=${B} --chmod=755 /from=b:2 /x`,
      `RUN --mount=type=bind,target=/t,from=${B} \\`,
      "    true",
      "",
    ].join("\n"),
  );
});

Deno.test("pinned() needs a digest for every image", () => {
  assert.throws(() => pinned("FROM a\nFROM b", { a: A }), TypeError);
});
