import assert from "node:assert/strict";
import { ClockedStores } from "../../tests/support/clocked_store.ts";
import { CutStorage } from "../../tests/support/cut_storage.ts";
import { findingsOf, spoil } from "../../tests/support/memory_store.ts";
import { sampleRecord } from "../../tests/support/sample_run.ts";
import { type AeroError, CorruptionError } from "../errors.ts";
import { writeRecord } from "../format/record_format.ts";
import { type Descriptor, MEDIA_TYPE } from "../model/descriptor.ts";
import type { RelativePath } from "../model/relative_path.ts";
import { bytesBody, parseStorageKey, type StorageKey } from "../plugin/storage.ts";
import { ArtifactCatalog } from "./artifacts.ts";
import { objectKey, recordKey } from "./keys.ts";
import { storeSource } from "./object_sources.ts";
import { repairStore } from "./repair_store.ts";
import type { Store } from "./store.ts";
import { putManifest } from "./tree.ts";

const LABEL = "artifacts/bikes/counts/v1.json";

/** Two large files and two small ones, in a pack, and their label. */
async function fill(store: Store): Promise<{ manifest: Descriptor; files: Descriptor[] }> {
  const contents = [1, 2].flatMap((fill) => [600_000, 1000].map((size) => new Uint8Array(size).fill(fill)));
  const files = await store.putMany(contents.map((bytes) => ({ bytes, mediaType: MEDIA_TYPE.file })));
  const manifest = await putManifest(store, {
    entries: files.map(({ digest, size }, i) => ({
      kind: "file",
      path: `f${i}` as RelativePath,
      digest,
      size,
      executable: false,
    })),
  });
  await new ArtifactCatalog(store).addVersion({
    project: "bikes",
    name: "counts",
    manifest,
    files: 4,
    bytes: 0,
    origin: { kind: "added", by: "ada", host: "desk", path: "data" },
    createdAt: 0,
  });
  return { manifest, files };
}

/** Two stores with the same in them; the first is harmed, the second is whole. */
class Pair implements AsyncDisposable {
  readonly harmed = new ClockedStores();
  readonly whole = new ClockedStores();
  manifest!: Descriptor;
  files!: Descriptor[];

  static async open(): Promise<Pair> {
    const pair = new Pair();
    await fill(await pair.whole.open());
    Object.assign(pair, await fill(await pair.harmed.open()));
    return pair;
  }

  /** Repairs the first from the second, or from nothing; what was done, and what is left. */
  async repair(fromWhole = true): Promise<{ done: string[]; left: string[] }> {
    const sources = fromWhole ? [storeSource(await this.whole.open())] : [];
    const done: string[] = [], left: string[] = [];
    const now = () => this.harmed.now + 86_400_000;
    for await (const event of repairStore(await this.harmed.open(), sources, { now })) {
      if (event.event === "done") done.push(`${event.mending.kind} ${event.mending.key}`);
      if (event.event === "left") left.push(`${event.finding.kind} ${event.finding.key}`);
    }
    return { done, left };
  }

  async assertWhole(): Promise<void> {
    const store = await this.harmed.open();
    assert.deepEqual(await findingsOf(store), []);
    for (const { digest } of [this.manifest, ...this.files]) await store.getBytes(digest);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.harmed[Symbol.asyncDispose]();
    await this.whole[Symbol.asyncDispose]();
  }
}

function flip(bytes: Uint8Array): Uint8Array {
  return bytes.with(7, bytes[7]! ^ 1);
}

Deno.test("a sound store is left as it is", async () => {
  await using pair = await Pair.open();
  const before = new Map(pair.harmed.objects);

  assert.deepEqual(await pair.repair(), { done: [], left: [] });
  assert.deepEqual(pair.harmed.objects, before);
});

Deno.test("damaged and missing objects, a manifest among them, are had from another store", async () => {
  await using pair = await Pair.open();
  const { storage } = await pair.harmed.open();
  await spoil(storage, objectKey(pair.files[0]!.digest), flip);
  await storage.delete(objectKey(pair.files[2]!.digest));
  await storage.delete(objectKey(pair.manifest.digest));

  const { done, left } = await pair.repair();

  assert.deepEqual(
    done.sort(),
    [
      `mended ${objectKey(pair.files[0]!.digest)}`,
      `mended ${pair.files[2]!.digest}`,
      `mended ${pair.manifest.digest}`,
    ].sort(),
  );
  assert.deepEqual(left, []);
  await pair.assertWhole();
});

Deno.test("what is whole in a damaged pack is packed anew, and the rest had from another store", async () => {
  await using pair = await Pair.open();
  const [pack] = pair.harmed.keys("packs/");
  await spoil((await pair.harmed.open()).storage, pack as StorageKey, flip);

  const { done, left } = await pair.repair();

  assert.deepEqual(done, [`mended ${pair.files[1]!.digest}`, `removed ${pack}`]);
  assert.deepEqual(left, []);
  assert.ok(!pair.harmed.keys("packs/").includes(pack!));
  await pair.assertWhole();
});

Deno.test("without another store, only what is whole is kept, and what is lost is told with who lists it", async () => {
  await using pair = await Pair.open();
  const [pack] = pair.harmed.keys("packs/");
  const { storage } = await pair.harmed.open();
  await spoil(storage, pack as StorageKey, flip);

  const { left } = await pair.repair(false);
  const findings = await findingsOf(await pair.harmed.open());

  assert.deepEqual(left, [`object_missing ${pair.files[1]!.digest}`]);
  assert.equal(findings.length, 1);
  assert.match(findings[0]!.message, /v1\.json \(f1\) lists/);
  await (await pair.harmed.open()).getBytes(pair.files[3]!.digest);
});

Deno.test("a pack without an index stays while its objects are lacked, and goes once they are had", async () => {
  await using pair = await Pair.open();
  const [pack] = pair.harmed.keys("packs/");
  await spoil((await pair.harmed.open()).storage, pack as StorageKey, (bytes) => bytes.slice(0, -3));

  const alone = await pair.repair(false);
  const { done, left } = await pair.repair();

  assert.deepEqual(alone.done, []);
  assert.ok(alone.left.includes(`pack_corrupt ${pack}`), alone.left.join());
  assert.deepEqual(
    done.sort(),
    [...[1, 3].map((i) => `mended ${pair.files[i]!.digest}`), `removed ${pack}`].sort(),
  );
  assert.deepEqual(left, []);
  await pair.assertWhole();
});

Deno.test("a pack that its service refuses to give, for it is damaged, goes once its objects are had", async () => {
  await using pair = await Pair.open();
  const [pack] = pair.harmed.keys("packs/");
  const store = await pair.harmed.open();
  const { storage } = store;
  const get = storage.get.bind(storage);
  storage.get = (key, options) => {
    if (key !== pack) return get(key, options);
    return Promise.reject(new CorruptionError("object_corrupt", { what: "Cannot read the pack" }));
  };
  const sources = [storeSource(await pair.whole.open())];
  const now = () => pair.harmed.now + 86_400_000;

  const left = (await Array.fromAsync(repairStore(store, sources, { now }))).filter(({ event }) =>
    event === "left"
  );

  assert.deepEqual(left, []);
  assert.ok(!pair.harmed.keys("packs/").includes(pack!));
  await pair.assertWhole();
});

Deno.test("another store that is damaged in the same place mends nothing", async () => {
  await using pair = await Pair.open();
  const key = objectKey(pair.files[0]!.digest);
  for (const stores of [pair.harmed, pair.whole]) await spoil((await stores.open()).storage, key, flip);

  const { done, left } = await pair.repair();

  assert.deepEqual(done, []);
  assert.deepEqual(left, [`object_corrupt ${key}`, `object_missing ${pair.files[0]!.digest}`]);
});

Deno.test("a damaged or missing label is had from another store, a wrong one is not", async () => {
  await using pair = await Pair.open();
  const { storage } = await pair.harmed.open();
  await storage.put(LABEL as StorageKey, bytesBody(new TextEncoder().encode("{}")));
  const label = pair.whole.objects.get(LABEL as StorageKey)!.bytes;
  await (await pair.whole.open()).storage.put(
    parseStorageKey("artifacts/bikes/counts/v2.json"),
    bytesBody(label),
  );
  await storage.put(parseStorageKey("artifacts/bikes/counts/v2.json"), bytesBody(new Uint8Array(3)));

  const { done, left } = await pair.repair();

  assert.deepEqual(done, [`mended ${LABEL}`]);
  assert.deepEqual(left, ["document_corrupt artifacts/bikes/counts/v2.json"]);
});

Deno.test("a record that is damaged or gone is made again from its own bytes", async () => {
  await using pair = await Pair.open();
  const store = await pair.harmed.open();
  const record = sampleRecord();
  const key = recordKey(record.project, record.run);
  await store.putBytes(writeRecord(record), MEDIA_TYPE.record);

  const { done } = await pair.repair(false);

  assert.deepEqual(done, [`mended ${key}`]);
  assert.deepEqual(pair.harmed.objects.get(key)!.bytes, writeRecord(record));
});

Deno.test("wrong bytes under the key of an object that nothing lists are removed", async () => {
  await using pair = await Pair.open();
  const store = await pair.harmed.open();
  const { digest } = await store.putBytes(new Uint8Array(700_000), MEDIA_TYPE.file);
  await spoil(store.storage, objectKey(digest), flip);

  assert.deepEqual(await pair.repair(false), { done: [`removed ${objectKey(digest)}`], left: [] });
  await pair.assertWhole();
});

Deno.test("a repair that is stopped after any call loses nothing, and another ends it", async () => {
  for (let last = 3;; last++) {
    await using pair = await Pair.open();
    const { storage } = await pair.harmed.open();
    const [pack] = pair.harmed.keys("packs/");
    await spoil(storage, pack as StorageKey, flip);
    await spoil(storage, objectKey(pair.files[0]!.digest), flip);
    await storage.delete(objectKey(pair.manifest.digest));
    let failure: unknown;
    try {
      const cut = await pair.harmed.open((storage) => new CutStorage(storage, last));
      for await (const _ of repairStore(cut, [storeSource(await pair.whole.open())]));
    } catch (error) {
      assert.equal((error as AeroError).code, "unavailable");
      failure = error;
    }

    assert.deepEqual((await pair.repair()).left, [], `after call ${last}`);
    await pair.assertWhole();
    if (failure === undefined) return assert.ok(last > 10);
  }
});
