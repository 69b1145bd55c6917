import assert from "node:assert/strict";
import { TestProject } from "../../tests/support/open_project.ts";

const STAGES = { stages: { make: { command: ["sh", "-c", "echo 1 > ${outputs.it}/a"], outputs: ["it"] } } };

async function gc(project: TestProject, ...flags: string[]): Promise<{ code: number; items: string[] }> {
  const { code, out } = await project.aero(["storage", "gc", "--json", ...flags]);
  const lines = out().trim().split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
  return { code, items: lines.map(({ type, action }) => action ?? type) };
}

Deno.test("gc leaves a run and all it needs, and takes what a stopped writer left", async () => {
  await using project = new TestProject();
  project.commit(STAGES);
  await project.run();
  await project.use(async ({ services }) => {
    await services.store.putBytes(new Uint8Array(1000), "application/octet-stream");
  });

  assert.deepEqual(await gc(project, "--dry-run"), { code: 0, items: ["gc"] }, "it is too young");
  assert.deepEqual(await gc(project, "--alone", "--dry-run"), {
    code: 0,
    items: ["removed", "gc"],
  });
  assert.deepEqual(await gc(project, "--alone"), { code: 0, items: ["removed", "gc"] });
  assert.equal((await project.aero(["storage", "fsck"])).code, 0);
  assert.equal((await project.aero(["rerun", "@last"])).code, 0);
});

Deno.test("gc refuses to remove anything while a name cannot be read, and exits 5", async () => {
  await using project = new TestProject();
  project.commit(STAGES);
  await project.run();
  const label = `${project.storagePath}/artifacts/toy/it/v1.json`;
  Deno.chmodSync(label, 0o644);
  Deno.writeTextFileSync(label, "{}");

  const { code, err } = await project.aero(["storage", "gc", "--alone"]);

  assert.equal(code, 5);
  assert.match(err(), /artifacts\/toy\/it\/v1\.json/);
});

Deno.test("gc of a storage that others may use takes no window under five days", async () => {
  await using project = new TestProject();
  project.commit(STAGES);

  assert.equal((await gc(project, "--keep-days", "4")).code, 2);
});
