import assert from "node:assert/strict";
import { ClockedStores } from "../../tests/support/clocked_store.ts";
import { CutStorage } from "../../tests/support/cut_storage.ts";
import { findingsOf, spoil } from "../../tests/support/memory_store.ts";
import type { AeroError } from "../errors.ts";
import { MEDIA_TYPE } from "../model/descriptor.ts";
import type { Descriptor } from "../model/descriptor.ts";
import type { RelativePath } from "../model/relative_path.ts";
import { bytesBody, parseStorageKey } from "../plugin/storage.ts";
import { ArtifactCatalog } from "./artifacts.ts";
import { type Collected, collectGarbage, type CollectOptions } from "./collect_garbage.ts";
import { objectKey } from "./keys.ts";
import type { Store } from "./store.ts";
import { putManifest } from "./tree.ts";

const DAY_MS = 24 * 3_600_000;

class Fixture extends ClockedStores {
  /** Collects garbage from a store of its own; what was done, as `kind key`. */
  async collect(options: CollectOptions = {}): Promise<string[]> {
    const done = await Array.fromAsync(
      collectGarbage(await this.open(), { now: () => this.now, ...options }),
    );
    return done.map(({ kind, key }: Collected) => `${kind} ${key}`);
  }
}

function bytes(length: number, fill: number): Uint8Array {
  return new Uint8Array(length).fill(fill);
}

async function putAll(store: Store, contents: readonly Uint8Array[]): Promise<Descriptor[]> {
  return await store.putMany(contents.map((bytes) => ({ bytes, mediaType: MEDIA_TYPE.file })));
}

async function name(store: Store, files: readonly Descriptor[], artifact = "counts"): Promise<Descriptor> {
  const manifest = await putManifest(store, {
    entries: files.map(({ digest, size }, i) => ({
      kind: "file",
      path: `f${String(i).padStart(3, "0")}` as RelativePath,
      digest,
      size,
      executable: false,
    })),
  });
  await new ArtifactCatalog(store).addVersion({
    project: "bikes",
    name: artifact,
    manifest,
    files: files.length,
    bytes: 0,
    origin: { kind: "added", by: "ada", host: "desk", path: "data" },
    createdAt: 0,
  });
  return manifest;
}

Deno.test("what nothing refers to is condemned, and removed once the window is over", async () => {
  await using test = new Fixture();
  const store = await test.open();
  const [kept, lost] = await putAll(store, [bytes(600_000, 1), bytes(600_000, 2)]);
  await name(store, [kept!]);
  test.now += 2 * DAY_MS;

  const first = await test.collect();
  test.now += 13 * DAY_MS;
  const early = await test.collect();
  test.now += 2 * DAY_MS;
  const second = await test.collect();

  assert.deepEqual(first, [`condemned ${objectKey(lost!.digest)}`]);
  assert.deepEqual(early, []);
  assert.deepEqual(second, [`removed ${objectKey(lost!.digest)}`]);
  assert.deepEqual(await findingsOf(await test.open()), []);
});

Deno.test("a list is kept for three days after all of it was removed", async () => {
  await using test = new Fixture();
  await putAll(await test.open(), [bytes(600_000, 2)]);
  test.now += 2 * DAY_MS;
  await test.collect();
  test.now += 14 * DAY_MS;
  await test.collect();

  test.now += 2 * DAY_MS;
  await test.collect();
  const during = test.keys("gc/").length;
  test.now += 2 * DAY_MS;
  await test.collect();

  assert.equal(during, 2, "the list and its mark");
  assert.deepEqual(test.keys("gc/"), []);
});

Deno.test("what is younger than a day is left alone, and alone means at once", async () => {
  await using test = new Fixture();
  const [lost] = await putAll(await test.open(), [bytes(600_000, 2)]);
  test.now += DAY_MS / 2;

  assert.deepEqual(await test.collect(), []);

  const key = objectKey(lost!.digest);
  assert.deepEqual(await test.collect({ alone: true }), [`removed ${key}`]);
  assert.deepEqual([...test.objects.keys()], ["aero.json"]);
});

Deno.test("a dry run tells the same and changes nothing", async () => {
  await using test = new Fixture();
  await putAll(await test.open(), [bytes(600_000, 2)]);
  test.now += 2 * DAY_MS;
  const before = new Map(test.objects);

  const dry = await test.collect({ dryRun: true });

  assert.deepEqual(test.objects, before);
  assert.deepEqual(dry, await test.collect());
});

for (
  const [what, harm] of [
    ["a label", "artifacts/bikes/counts/v1.json"],
    ["a key that is no name", "runs/bikes/notes.txt"],
  ]
) {
  Deno.test(`${what} that cannot be read keeps everything from being removed, and is named`, async () => {
    await using test = new Fixture();
    const store = await test.open();
    const [kept] = await putAll(store, [bytes(600_000, 1), bytes(600_000, 2)]);
    await name(store, [kept!]);
    test.now += 2 * DAY_MS;
    await store.storage.put(parseStorageKey(harm!), bytesBody(new TextEncoder().encode("{")));
    const before = new Map(test.objects);

    await assert.rejects(
      test.collect({ alone: true }),
      (error: AeroError) => error.code === "marking_failed" && error.report.why!.includes(harm!),
    );

    assert.deepEqual(test.objects, before);
  });
}

Deno.test("a manifest that is damaged keeps everything from being removed, and its name is told", async () => {
  await using test = new Fixture();
  const store = await test.open();
  const manifest = await name(store, await putAll(store, [bytes(600_000, 1)]));
  await putAll(store, [bytes(600_000, 2)]);
  await spoil(store.storage, objectKey(manifest.digest), () => bytes(9, 9));

  await assert.rejects(
    test.collect({ alone: true }),
    (error: AeroError) =>
      error.code === "marking_failed" && error.report.why!.includes("artifacts/bikes/counts/v1.json"),
  );
});

Deno.test("what was condemned and is named since stays", async () => {
  await using test = new Fixture();
  const before = await test.open();
  const [object] = await putAll(before, [bytes(600_000, 1)]);
  test.now += 2 * DAY_MS;
  await test.collect();
  // It was told that the object is there before it was condemned.
  await name(before, [object!]);
  test.now += 15 * DAY_MS;

  assert.deepEqual(await test.collect(), [`pardoned ${objectKey(object!.digest)}`]);
  assert.deepEqual(await findingsOf(await test.open()), []);
});

Deno.test("who stores what is condemned stores it elsewhere, and what is condemned goes", async () => {
  await using test = new Fixture();
  const contents = [bytes(600_000, 1), bytes(1000, 2), bytes(1000, 3)];
  await putAll(await test.open(), contents);
  test.now += 2 * DAY_MS;
  await test.collect();
  const condemned = [...test.keys("objects/"), ...test.keys("packs/")];

  const store = await test.open();
  await name(store, await putAll(store, contents));
  test.now += 15 * DAY_MS;
  const done = await test.collect();

  assert.deepEqual(done.sort(), condemned.map((key) => `removed ${key}`));
  assert.deepEqual(await findingsOf(await test.open()), []);
});

Deno.test("a pack that is mostly garbage is packed anew, and a reader that knew it finds its objects", async () => {
  await using test = new Fixture();
  const store = await test.open();
  const files = await putAll(store, [bytes(1000, 1), bytes(400_000, 2), bytes(400_000, 3), bytes(900, 4)]);
  await name(store, [files[0]!, files[3]!]);
  const [old] = test.keys("packs/");
  const reader = await test.open();
  await reader.getBytes(files[0]!);
  test.now += 2 * DAY_MS;

  assert.deepEqual(await test.collect(), [`repacked ${old}`]);
  test.now += 15 * DAY_MS;
  assert.deepEqual(await test.collect(), [`removed ${old}`]);

  assert.equal(test.keys("packs/").length, 1);
  assert.ok([...test.objects].find(([key]) => key.startsWith("packs/"))![1].bytes.length < 3000);
  assert.deepEqual(await reader.getBytes(files[0]!), bytes(1000, 1));
  assert.deepEqual(await findingsOf(await test.open()), []);
  assert.deepEqual(await test.collect(), [], "and there is nothing more to do");
});

Deno.test("many tiny packs become one", async () => {
  await using test = new Fixture();
  const store = await test.open();
  for (let i = 0; i < 10; i++) {
    await name(store, await putAll(store, [bytes(100, i), bytes(200, i)]), `a${i}`);
  }
  const tiny = test.keys("packs/");
  test.now += 2 * DAY_MS;

  assert.deepEqual(await test.collect(), tiny.map((key) => `repacked ${key}`).sort());
  test.now += 15 * DAY_MS;
  await test.collect();

  assert.equal(tiny.length, 10);
  assert.equal(test.keys("packs/").length, 1);
  assert.deepEqual(await findingsOf(await test.open()), []);
});

Deno.test("packs that are packed anew stay under the size of a pack", async () => {
  await using test = new Fixture();
  const store = await test.open();
  // Each is mostly garbage, and what lives comes to more than one pack may have.
  for (let pack = 0; pack < 5; pack++) {
    const contents = Array.from({ length: 60 }, (_, i) => bytes(500_000, 1).with(0, i).with(1, pack));
    const files = await putAll(store, contents);
    await name(store, files.slice(0, 25), `a${pack}`);
  }
  test.now += 2 * DAY_MS;
  await test.collect();
  test.now += 15 * DAY_MS;
  await test.collect();

  const sizes = test.keys("packs/").map((key) => test.objects.get(parseStorageKey(key))!.bytes.length);
  assert.ok(Math.max(...sizes) <= 34 * 1024 * 1024, sizes.join());
  assert.ok(sizes.length <= 3, sizes.join());
  assert.deepEqual(await findingsOf(await test.open()), []);
});

Deno.test("a pack with wrong bytes is not packed anew", async () => {
  await using test = new Fixture();
  const store = await test.open();
  const files = await putAll(store, [bytes(1000, 1), bytes(400_000, 2), bytes(900, 4)]);
  await name(store, [files[0]!, files[2]!]);
  const [pack] = test.keys("packs/");
  await spoil(store.storage, parseStorageKey(pack!), (old) => old.with(10, 99));
  test.now += 2 * DAY_MS;

  assert.deepEqual(await test.collect(), [`damaged ${pack}`]);
  assert.deepEqual(test.keys("packs/"), [pack]);
});

Deno.test("a collection that is stopped after any call loses nothing, and another goes on", async () => {
  for (let last = 1;; last++) {
    await using test = new Fixture();
    const store = await test.open();
    const files = await putAll(store, [bytes(600_000, 1), bytes(1000, 2), bytes(400_000, 3), bytes(900, 4)]);
    await putAll(store, [bytes(600_000, 8), bytes(1000, 9), bytes(1000, 7)]);
    await name(store, [files[0]!, files[1]!]);
    let failures = 0;
    for (let pass = 0; pass < 2; pass++) {
      test.now += 15 * DAY_MS;
      try {
        const cut = await test.open((storage) => new CutStorage(storage, last));
        for await (const _ of collectGarbage(cut, { now: () => test.now }));
      } catch (error) {
        assert.equal((error as AeroError).code, "unavailable");
        failures++;
      }
      assert.deepEqual(await findingsOf(await test.open()), [], `pass ${pass}, after call ${last}`);
    }
    for (let pass = 0; pass < 3; pass++) {
      test.now += 15 * DAY_MS;
      await test.collect();
    }

    assert.deepEqual(await findingsOf(await test.open()), [], `after call ${last}`);
    assert.deepEqual(test.keys("gc/"), []);
    assert.equal(test.keys("objects/").length, 2);
    assert.equal(test.keys("packs/").length, 1);
    if (failures === 0) return assert.ok(last > 10);
  }
});

Deno.test("objects in packs are found when local knowledge is gone", async () => {
  await using test = new Fixture();
  const files = await putAll(await test.open(), [bytes(1000, 1), bytes(900, 4)]);
  for (const { name } of Deno.readDirSync(test.directory)) {
    if (name.includes(".db")) Deno.removeSync(`${test.directory}/${name}`);
  }

  assert.deepEqual(await (await test.open()).getBytes(files[1]!), bytes(900, 4));
});
