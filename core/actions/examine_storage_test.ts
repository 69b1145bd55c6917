import assert from "node:assert/strict";
import { TestProject } from "../../tests/support/open_project.ts";

const STAGES = { stages: { make: { command: ["sh", "-c", "echo 1 > ${outputs.it}/a"], outputs: ["it"] } } };

/** Some file in the storage whose path has this in it. */
function pathIn(directory: string, part: string): string {
  for (const entry of Deno.readDirSync(directory)) {
    const path = `${directory}/${entry.name}`;
    if (!entry.isDirectory) {
      if (path.includes(part)) return path;
      continue;
    }
    try {
      return pathIn(path, part);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  throw new Deno.errors.NotFound(part);
}

/** The types and kinds of what is printed, with the exit code. */
async function fsck(project: TestProject): Promise<{ code: number; kinds: string[] }> {
  const { code, out } = await project.aero(["storage", "fsck", "--json"]);
  const items = out().trim().split("\n").map((line) => JSON.parse(line));
  return {
    code,
    kinds: items.map(({ type, kind, damage }) => kind === undefined ? type : `${kind} ${damage}`),
  };
}

Deno.test("fsck of a storage with a run in it is sound, after a doctor too", async () => {
  await using project = new TestProject();
  project.commit(STAGES);
  await project.run();
  await project.aero(["doctor"]);

  assert.deepEqual(await fsck(project), { code: 0, kinds: ["fsck"] });
});

Deno.test("fsck of a spoiled object names it and exits 5", async () => {
  await using project = new TestProject();
  project.commit(STAGES);
  await project.run();
  const object = pathIn(project.storagePath, "/objects/");
  const bytes = Deno.readFileSync(object);
  bytes[0] = bytes[0]! ^ 1;
  Deno.chmodSync(object, 0o644);
  Deno.writeFileSync(object, bytes);

  const { code, kinds } = await fsck(project);

  assert.equal(code, 5);
  assert.ok(kinds.includes("object_corrupt true"), kinds.join());
  assert.equal(kinds.at(-1), "fsck");
});

Deno.test("fsck tells of a key that is not aero's, and calls it no damage", async () => {
  await using project = new TestProject();
  project.commit(STAGES);
  await project.run();
  Deno.writeTextFileSync(`${project.storagePath}/objects/notes`, "mine");

  assert.deepEqual(await fsck(project), { code: 0, kinds: ["key_unknown false", "fsck"] });
});

Deno.test("fsck takes a link in the place of a record for damage, not for a run that never was", async () => {
  await using project = new TestProject();
  project.commit(STAGES);
  await project.run();
  const record = pathIn(project.storagePath, "/record.json");
  Deno.renameSync(record, `${project.root}/../elsewhere`);
  Deno.symlinkSync(`${project.root}/../elsewhere`, record);

  const { code, kinds } = await fsck(project);

  assert.equal(code, 5);
  assert.ok(kinds.includes("document_corrupt true"), kinds.join());
});
