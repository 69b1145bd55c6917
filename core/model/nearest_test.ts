import assert from "node:assert/strict";
import { nearest } from "./nearest.ts";

Deno.test("nearest() finds what was meant", () => {
  const words = ["command", "inputs", "outputs", "metrics", "run_args"];
  const cases: [string, string | undefined][] = [
    ["comand", "command"],
    ["ouputs", "outputs"],
    ["intpus", "inputs"],
    ["runArgs", "run_args"],
    ["METRICS", "metrics"],
    ["elephant", undefined],
    ["", undefined],
  ];
  for (const [word, meant] of cases) assert.equal(nearest(word, words), meant, word);
});

Deno.test("nearest() of short words wants more than one letter in common", () => {
  assert.equal(nearest("ab", ["xy", "ac"]), "ac");
  assert.equal(nearest("ab", ["xy"]), undefined);
});
