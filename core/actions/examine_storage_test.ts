import assert from "node:assert/strict";
import { FileStamps } from "../cache/file_stamps.ts";
import { digestOf } from "../format/digest_of.ts";
import { digestHex } from "../model/digest.ts";
import { stampOf } from "../store/look_at.ts";
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

Deno.test("data that fsck found lost is read and kept when it is added again, unchanged as it is", async () => {
  await using project = new TestProject();
  project.commit(STAGES);
  const data = project.git.beside("counts");
  Deno.writeTextFileSync(data, "1,2,3");
  const add = async () =>
    assert.equal((await project.aero(["data", "add", data, "--name", "counts"])).code, 0);
  await add();
  // As if it had lain there unchanged since long before it was added.
  const { cacheDirectory, manifest } = await project.use(async (
    { cacheDirectory, services: { catalog } },
  ) => ({
    cacheDirectory,
    manifest: (await catalog.labels("toy", "counts"))[0]!.manifest.digest,
  }));
  const stamp = stampOf(Deno.lstatSync(data));
  new FileStamps(cacheDirectory).remember(data, {
    manifest,
    scannedAt: Date.now() + 10_000,
    files: [{ path: "counts", stamp, digest: digestOf("1,2,3") }],
  });
  Deno.removeSync(`${project.storagePath}/objects`, { recursive: true });

  assert.equal((await fsck(project)).code, 5);
  await add();

  assert.deepEqual(await fsck(project), { code: 0, kinds: ["fsck"] });
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

/** Spoils one byte of a file of the storage. */
function spoil(path: string): void {
  const bytes = Deno.readFileSync(path);
  bytes[0] = bytes[0]! ^ 1;
  Deno.chmodSync(path, 0o644);
  Deno.writeFileSync(path, bytes);
}

/** Where the storage has an output that is too large for a pack. */
const LARGE = {
  stages: {
    make: { command: ["sh", "-c", "head -c 700000 /dev/zero > ${outputs.it}/a"], outputs: ["it"] },
  },
};

function largest(project: TestProject): string {
  const paths: string[] = [];
  const walk = (directory: string) => {
    for (const { name, isDirectory } of Deno.readDirSync(directory)) {
      if (isDirectory) walk(`${directory}/${name}`);
      else paths.push(`${directory}/${name}`);
    }
  };
  walk(`${project.storagePath}/objects`);
  return paths.sort((a, b) => Deno.statSync(b).size - Deno.statSync(a).size)[0]!;
}

Deno.test("fsck --repair has a damaged output from the cache, and exits 0", async () => {
  await using project = new TestProject();
  project.commit(LARGE);
  await project.run();
  spoil(largest(project));

  const { code, out } = await project.aero(["storage", "fsck", "--repair"]);

  assert.equal(code, 0, out());
  assert.match(out(), /from the cache/);
  assert.deepEqual(await fsck(project), { code: 0, kinds: ["fsck"] });
});

Deno.test("fsck --repair --from has what the cache lacks from another storage; without it, tells who lists it", async () => {
  await using project = new TestProject();
  project.commit(LARGE);
  await project.run();
  const copy = `${project.root}/../copy`;
  new Deno.Command("cp", { args: ["-r", project.storagePath, copy] }).outputSync();
  await project.aero(["cache", "prune", "--keep", "0"]);
  spoil(largest(project));

  const alone = await project.aero(["storage", "fsck", "--repair"]);
  const helped = await project.aero(["storage", "fsck", "--repair", "--from", `local:${copy}`]);

  assert.equal(alone.code, 5);
  assert.match(
    alone.out(),
    /left {2}object_missing {2}\S+\/record\.json|left {2}object_missing {2}\S+v1\.json/,
  );
  assert.equal(helped.code, 0, helped.out());
  assert.deepEqual(await fsck(project), { code: 0, kinds: ["fsck"] });
});

Deno.test("what is spoiled is mended from a copy of the data, whatever its name", async () => {
  await using project = new TestProject();
  project.commit(STAGES);
  const data = project.git.beside("counts");
  Deno.writeTextFileSync(data, "1,2,3");
  await project.aero(["data", "add", data, "--name", "counts"]);
  const object = pathIn(project.storagePath, digestHex(digestOf("1,2,3")));
  Deno.chmodSync(object, 0o644);
  Deno.writeTextFileSync(object, "1,2,4");
  const backup = project.git.beside("backup");
  Deno.mkdirSync(`${backup}/of last year`, { recursive: true });
  Deno.writeTextFileSync(`${backup}/of last year/other`, "3,2,1");
  Deno.renameSync(data, `${backup}/of last year/numbers`);

  const without = await project.aero(["storage", "fsck", "--repair"]);
  const wrong = await project.aero(["storage", "fsck", "--files", backup]);
  const mended = await project.aero(["storage", "fsck", "--repair", "--files", backup]);

  assert.deepEqual([without.code, wrong.code, mended.code], [5, 2, 0]);
  assert.match(without.out(), /--files PATH/);
  assert.match(mended.out(), /backup/);
  assert.equal(Deno.readTextFileSync(object), "1,2,3");
});
