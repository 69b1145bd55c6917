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
