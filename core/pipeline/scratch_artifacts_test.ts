import assert from "node:assert/strict";
import { ScratchArtifacts } from "./scratch_artifacts.ts";

/** Makes the outputs of one program, and has them kept. */
function make(scratch: ScratchArtifacts, content: string, ...names: string[]): Record<string, string> {
  const work = scratch.newWork();
  for (const name of names) {
    Deno.mkdirSync(`${work}/${name}`);
    Deno.writeTextFileSync(`${work}/${name}/file`, content);
  }
  const kept = scratch.keep(names, work);
  Deno.removeSync(work);
  return kept;
}

Deno.test("the newest version of each artifact is the one kept last", () => {
  const root = Deno.makeTempDirSync();
  const scratch = new ScratchArtifacts(`${root}/dev`);
  assert.equal(scratch.newest("model"), undefined);

  make(scratch, "1", "model", "report");
  const kept = make(scratch, "2", "model");

  assert.deepEqual(kept, { model: scratch.newest("model") });
  assert.equal(Deno.readTextFileSync(`${kept.model}/file`), "2");
  assert.equal(Deno.readTextFileSync(`${scratch.newest("report")}/file`), "1");
  Deno.removeSync(root, { recursive: true });
});

Deno.test("five versions stay, in the order of numbers and not of letters", () => {
  const root = Deno.makeTempDirSync();
  const scratch = new ScratchArtifacts(root);

  for (let i = 1; i <= 12; i++) make(scratch, String(i), "model");

  const left = [...Deno.readDirSync(`${root}/artifacts/model`)].map(({ name }) => Number(name));
  assert.deepEqual(left.sort((a, b) => a - b), [8, 9, 10, 11, 12]);
  assert.equal(Deno.readTextFileSync(`${scratch.newest("model")}/file`), "12");
  Deno.removeSync(root, { recursive: true });
});

Deno.test("a number that another process has just taken is passed over", () => {
  const root = Deno.makeTempDirSync();
  Deno.mkdirSync(`${root}/artifacts/model`, { recursive: true });
  const scratch = new ScratchArtifacts(root);
  const work = scratch.newWork();
  Deno.mkdirSync(`${work}/model`);
  // What keep() sees before it takes a number, and what is there when it does.
  const list = Deno.readDirSync;
  Deno.readDirSync = () => {
    Deno.readDirSync = list;
    Deno.mkdirSync(`${root}/artifacts/model/1`);
    return [];
  };

  const kept = scratch.keep(["model"], work);

  assert.equal(kept.model, `${root}/artifacts/model/2`);
  Deno.removeSync(root, { recursive: true });
});

Deno.test("a program's directory that was abandoned long ago is removed, and a younger one is not", () => {
  const root = Deno.makeTempDirSync();
  const scratch = new ScratchArtifacts(root);
  const [old, young] = [scratch.newWork(), scratch.newWork()];
  Deno.utimeSync(old, 0, 0);

  const next = scratch.newWork();

  const left = [...Deno.readDirSync(root)].map(({ name }) => `${root}/${name}`).sort();
  assert.deepEqual(left, [young, next].sort());
  Deno.removeSync(root, { recursive: true });
});
