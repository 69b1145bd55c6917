import assert from "node:assert/strict";
import { ScratchArtifacts } from "./scratch_artifacts.ts";

/** Makes the outputs of one program, and has them kept. */
function make(scratch: ScratchArtifacts, content: string, ...names: string[]): Record<string, string> {
  const work = scratch.newWork();
  for (const name of names) {
    Deno.mkdirSync(`${work}/${name}`);
    Deno.writeTextFileSync(`${work}/${name}/file`, content);
  }
  const kept = scratch.keep(names.map((name) => ({ name, path: `${work}/${name}` })));
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

Deno.test("two processes at once never take one number", async () => {
  const root = Deno.makeTempDirSync();
  const script = `
    const { ScratchArtifacts } = await import(${
    JSON.stringify(new URL("./scratch_artifacts.ts", import.meta.url).href)
  });
    const scratch = new ScratchArtifacts(${JSON.stringify(root)});
    for (let i = 0; i < 50; i++) {
      const work = scratch.newWork();
      Deno.mkdirSync(work + "/model");
      console.log(scratch.keep([{ name: "model", path: work + "/model" }]).model);
      Deno.removeSync(work);
    }`;
  const take = async () => {
    const command = new Deno.Command(Deno.execPath(), { args: ["eval", "--no-lock", script] });
    const { stdout, code } = await command.output();
    assert.equal(code, 0);
    return new TextDecoder().decode(stdout).trim().split("\n");
  };

  const taken = (await Promise.all([take(), take()])).flat();

  assert.equal(taken.length, 100);
  assert.equal(new Set(taken).size, 100);
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
