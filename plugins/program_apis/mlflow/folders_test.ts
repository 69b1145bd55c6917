import assert from "node:assert/strict";
import { RunFolder } from "./folders.ts";
import { NameLedger, pathPart } from "./name_ledger.ts";

Deno.test("pathPart() makes a part of a path of any name", () => {
  assert.deepEqual(["a b", "x/y\\z", "..", "", " . ", "a\nb", "é".repeat(100)].map(pathPart), [
    "a b",
    "x_y_z",
    "_..",
    "_",
    "_.",
    "a_b",
    "é".repeat(60),
  ]);
});

Deno.test("a ledger gives each name once", () => {
  const ledger = new NameLedger(["taken"]);

  assert.deepEqual(["a", "a", "taken", "a-2", "a"].map((name) => ledger.claim(name)), [
    "a",
    "a-2",
    "taken-2",
    "a-2-2",
    "a-3",
  ]);
});

Deno.test("what lies beside a run's artifacts is never seen as one of them", () => {
  const names = new NameLedger();
  const run = new RunFolder("", names);
  const model = run.model("model");
  names.claim("child");

  assert.equal(run.find("model/MLmodel"), undefined);
  assert.equal(run.claim("model/notes.txt"), "model-2/notes.txt");
  assert.equal(run.claim("child"), "child-2");
  assert.equal(run.find("model/x"), "model-2/x");
  assert.equal(model.claim("MLmodel"), "model/MLmodel");
  assert.deepEqual([...run.roots()], [["model", "model-2"], ["child", "child-2"]]);
});

Deno.test("the newest whole model of a name has it without a number", () => {
  const run = new RunFolder("child", new NameLedger());
  const swaps: string[] = [];
  const swap = (a: string, b: string) => swaps.push(`${a} ${b}`);
  const [first, second, third] = [run.model("m"), run.model("m"), run.model("m")];

  for (const model of [first!, third!, second!, first!]) run.promote(model, swap);

  assert.deepEqual([first, second, third].map((model) => model!.place), [
    "child/m-3",
    "child/m",
    "child/m-2",
  ]);
  assert.deepEqual(swaps, ["child/m child/m-3", "child/m child/m-2"]);
});
