import assert from "node:assert/strict";
import { UserError } from "../errors.ts";
import { interpolateCommand } from "./interpolate.ts";

const SCOPE = {
  params: { depth: 5, name: "a b", model: { "learning.rate": 0.1, layers: [1, 2] }, off: false, none: null },
  inputs: { data: "/in/data" },
  outputs: { model: "/out/model" },
};

const CASES: [command: string | string[], words: string[]][] = [
  ["a ${params.depth}", ["a", "5"]],
  ["a --x=${params.name}", ["a", "--x=a b"]],
  ["a ${ params.depth }${params.off}", ["a", "5false"]],
  ["a ${params.model.layers} ${params.none}", ["a", "[1,2]", "null"]],
  ["a ${inputs.data}/f ${outputs.model}", ["a", "/in/data/f", "/out/model"]],
  [["sh", "-c", "echo ${params.depth} | wc > $${x} $$HOME"], ["sh", "-c", "echo 5 | wc > ${x} $HOME"]],
  [["$$${params.depth}"], ["$5"]],
];

for (const [command, words] of CASES) {
  Deno.test(`interpolateCommand() fills in ${JSON.stringify(command)}`, () => {
    assert.deepEqual(interpolateCommand(command, SCOPE, "stages.train.command"), words);
  });
}

Deno.test("interpolateCommand() puts a value in once: what looks like a name in it stays", () => {
  const scope = { ...SCOPE, params: { a: "${params.b} $$", b: "no" } };

  assert.deepEqual(interpolateCommand("x ${params.a}", scope, "command"), ["x", "${params.b} $$"]);
});

for (
  const name of [
    "params.depht",
    "depth",
    "inputs.model",
    "params.__proto__",
    "outputs.toString",
    "params.",
    "",
  ]
) {
  Deno.test(`interpolateCommand() refuses \${${name}} and lists what there is`, () => {
    assert.throws(
      () => interpolateCommand(["a", `\${${name}}`], SCOPE, "stages.train.command"),
      (error: unknown) =>
        error instanceof UserError && error.code === "command_invalid" &&
        error.report.why!.includes("params.depth") && error.report.why!.includes("outputs.model"),
    );
  });
}

Deno.test("interpolateCommand() refuses a value with a NUL, which no program can be given", () => {
  assert.throws(
    () =>
      interpolateCommand(["a", "${params.x}"], { ...SCOPE, params: { x: "a\0b" } }, "stages.train.command"),
    (error: unknown) => error instanceof UserError && error.code === "command_invalid",
  );
});
