import assert from "node:assert/strict";
import * as z from "zod";
import { commandDefiner } from "./command.ts";
import { commandHelp } from "./help.ts";
import { makeStyle } from "./style.ts";
import { usageOf } from "./usage.ts";
import { textWidth } from "./width.ts";

const add = commandDefiner<unknown>()({
  name: ["data", "add"],
  summary: "Store a file or directory as a version of an artifact",
  description: "The bytes go to the storage of the project, each once, however often they are added.",
  examples: [{
    does: "Store a directory, and say what is new in this version",
    run: "aero data add d --name n",
  }],
  positionals: [{ name: "path", required: true, describe: "File or directory whose bytes are stored" }],
  input: z.strictObject({
    path: z.string(),
    name: z.string().describe("Name of the artifact, by which everything else refers to it"),
    message: z.string().exactOptional().describe("What this version is"),
    copy: z.boolean().default(false).describe("Copy the bytes"),
  }),
  run: () => Promise.resolve({ type: "none" }),
  text: () => "",
});

Deno.test("usage names the flags that a command needs, and that there are others", () => {
  assert.equal(usageOf("aero", add), "aero data add --name TEXT [FLAG…] PATH");
  assert.equal(usageOf("aero", add, { others: false }), "aero data add --name TEXT PATH");
});

for (const columns of [34, 40, 60, 100]) {
  Deno.test(`no line of help is wider than a terminal of ${columns} columns`, () => {
    const style = makeStyle({ colour: false, columns, now: () => new Date(0) });

    const lines = commandHelp("aero", add, style).split("\n");

    assert.deepEqual(lines.filter((line) => textWidth(line) > columns), []);
    assert.ok(lines.some((line) => line.includes("--name TEXT")));
  });
}

Deno.test("a line to copy is not broken on a narrow terminal", () => {
  const style = makeStyle({ colour: false, columns: 20, now: () => new Date(0) });

  assert.ok(commandHelp("aero", add, style).split("\n").includes("    aero data add d --name n"));
});
