import assert from "node:assert/strict";
import { shellExitCode } from "./shell_exit_code.ts";
import { shellWords } from "./shell_words.ts";

for (
  const [words, expected] of [
    [["train"], { stage: "train", overrides: [], command: [] }],
    [["train", "depth=3", "x=y"], { stage: "train", overrides: ["depth=3", "x=y"], command: [] }],
    [["train", "ls", "-l"], { stage: "train", overrides: [], command: ["ls", "-l"] }],
    [["train", "depth=3", "env", "A=1", "sh"], {
      stage: "train",
      overrides: ["depth=3"],
      command: ["env", "A=1", "sh"],
    }],
  ] as const
) {
  Deno.test(`shellWords() of ${words.join(" ")}`, () => assert.deepEqual(shellWords(words, false), expected));
}

Deno.test("shellWords() of a run are all its command", () => {
  assert.deepEqual(shellWords(["ls", "a=1"], true), { overrides: [], command: ["ls", "a=1"] });
});

Deno.test("shellWords() without a stage or a run is refused", () => {
  assert.throws(
    () => shellWords([], false),
    (error) => (error as { code: string }).code === "argument_missing",
  );
});

for (
  const [exit, code] of [
    [{ how: "exited", code: 3 }, 3],
    [{ how: "out_of_memory" }, 137],
    [{ how: "signalled", signal: "SIGTERM" }, 143],
    [{ how: "signalled", signal: "SIGSTKFLT" }, undefined],
  ] as const
) {
  Deno.test(`shellExitCode() of ${JSON.stringify(exit)} is ${code}`, () => {
    assert.equal(shellExitCode(exit), code);
  });
}
