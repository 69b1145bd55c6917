import assert from "node:assert/strict";
import { contextPathsOf } from "./dockerfile_context.ts";

Deno.test("contextPathsOf() names exactly what a Dockerfile can read", () => {
  const cases: [text: string, paths: string[]][] = [
    ["FROM a\nRUN x", []],
    ["FROM a\nCOPY requirements.txt ./setup.py /app/", ["requirements.txt", "setup.py"]],
    ["FROM a\nCOPY . /app\nCOPY x /x", [""]],
    ["FROM a\nCOPY --chown=1:1 --chmod=644 /src/ /app", ["src"]],
    ["FROM a\nCOPY --from=b /x /x", []],
    ["FROM a\nADD https://example.org/x.tar /x\nADD data.tar /d", ["data.tar"]],
    ['FROM a\nCOPY ["a b.txt", "c", "/d/"]', ["a b.txt", "c"]],
    ["FROM a\nCOPY env/req*.txt /x", ["env"]],
    ["FROM a\nCOPY req*.txt /x", [""]],
    ["FROM a\nCOPY src/$DIR /x", [""]],
    ["FROM a\nCOPY ../../x /x", ["x"]],
    ["FROM a\nCOPY <<EOF /x\nCOPY y /y\nEOF", []],
    ["FROM a\nRUN --mount=type=bind,source=tools,target=/t x", ["tools"]],
    ["FROM a\nRUN --mount=target=/t x", [""]],
    ["FROM a\nRUN --mount=type=cache,target=/t --mount=type=bind,from=b,target=/u x", []],
    ["FROM a\nONBUILD COPY . /app", []],
    ["FROM a\nCOPY b \\\n  # comment\n  c /d", ["b", "c"]],
  ];

  for (const [text, paths] of cases) assert.deepEqual(contextPathsOf(text), paths, text);
});
