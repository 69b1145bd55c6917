import assert from "node:assert/strict";
import { findingsOf, openMemoryStore, spoil } from "../../tests/support/memory_store.ts";
import { FaultyStorage } from "../../tests/support/faulty_storage.ts";
import { CorruptionError } from "../errors.ts";
import { digestOf } from "../format/digest_of.ts";
import { bytesBody } from "../plugin/storage.ts";
import { MARKER_KEY, objectKey } from "./keys.ts";
import { readAll } from "./verified_stream.ts";

const text = (value: string) => new TextEncoder().encode(value);
const item = (value: string) => ({ bytes: text(value), mediaType: "text/plain" });
const isCode = (code: string) => (error: unknown) => (error as { code: string }).code === code;

Deno.test("bytes come back as they were put", async () => {
  await using test = await openMemoryStore();

  const descriptor = await test.store.putBytes(text("hello"), "text/plain");

  assert.equal(descriptor.digest, "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
  assert.equal(descriptor.size, 5);
  assert.deepEqual(await test.store.getBytes(descriptor), text("hello"));
  assert.deepEqual(await findingsOf(test.store), []);
});

Deno.test("putMany() lays small bytes together in one pack", async () => {
  await using test = await openMemoryStore();

  const descriptors = await test.store.putMany([item("one"), item("two"), item(""), item("one")]);

  assert.deepEqual([...test.objects.keys()].map((key) => key.split("/")[0]).sort(), ["aero.json", "packs"]);
  for (const [i, value] of ["one", "two", "", "one"].entries()) {
    assert.deepEqual(await test.store.getBytes(descriptors[i]!), text(value));
  }
  assert.deepEqual(await findingsOf(test.store), []);
});

Deno.test("putMany() of what is stored already puts nothing", async () => {
  let counting!: FaultyStorage;
  await using test = await openMemoryStore((storage) => counting = new FaultyStorage(storage));
  await test.store.putMany([item("one"), item("two")]);
  const before = counting.calls.put;

  await test.store.putMany([item("two"), item("one")]);

  assert.equal(counting.calls.put, before);
});

Deno.test("a store with no local knowledge finds what others have packed", async () => {
  await using test = await openMemoryStore();
  const late = await test.reopen();
  assert.equal((await late.hasMany([digestOf("one")])).size, 0);

  const [one] = await test.store.putMany([item("one"), item("two")]);

  assert.deepEqual(await late.getBytes(one!), text("one"));
  assert.ok(await late.has(one!.digest));
});

Deno.test("a pack that is gone counts as not stored, and its objects can be stored again", async () => {
  await using test = await openMemoryStore();
  const [one, two] = await test.store.putMany([item("one"), item("two")]);
  const key = [...test.objects.keys()].find((key) => key.startsWith("packs/"))!;

  await test.storage.delete(key);

  assert.equal(await test.store.has(one!.digest), false);
  await test.store.putMany([item("one"), item("two")]);
  assert.deepEqual(await test.store.getBytes(two!), text("two"));
});

Deno.test("an object of which one pack is gone is found in the other", async () => {
  await using test = await openMemoryStore();
  const other = await test.reopen();
  await other.hasMany([digestOf("one")]);
  await test.store.putMany([item("one"), item("two")]);
  const first = [...test.objects.keys()].find((key) => key.startsWith("packs/"))!;
  // The other store has not looked since, and stores the same object in a pack of its own.
  await other.catalog.present([digestOf("one")]);
  await other.putPack(...await packOf("one", "three"));
  await test.store.hasMany([digestOf("three")]);

  await test.storage.delete(first);

  assert.deepEqual(await test.store.getBytes(digestOf("one")), text("one"));
  assert.deepEqual([...await test.store.hasMany([digestOf("one"), digestOf("two")])], [digestOf("one")]);
});

async function packOf(...values: string[]) {
  const { buildPack } = await import("./pack_format.ts");
  const objects = values.map((value) => ({ digest: digestOf(value), bytes: text(value) }));
  const bytes = buildPack(objects);
  let offset = 0;
  const entries = objects.map(({ digest, bytes: { length } }) => {
    offset += length;
    return { digest, offset: offset - length, length };
  });
  return [digestOf(bytes), bytesBody(bytes), entries] as const;
}

for (
  const [harm, change, why] of [
    ["short", (bytes: Uint8Array) => bytes.subarray(1), /it has 4 of its 5 bytes/],
    ["long", (bytes: Uint8Array) => new Uint8Array([...bytes, 0]), /longer than its 5 bytes/],
    ["altered", (bytes: Uint8Array) => bytes.map((byte) => byte ^ 1), /its bytes hash to sha256:/],
  ] as const
) {
  Deno.test(`an object that is ${harm} is corrupt, and says how`, async () => {
    await using test = await openMemoryStore();
    const descriptor = await test.store.putBytes(text("hello"), "text/plain");

    await spoil(test.storage, objectKey(descriptor.digest), change);

    await assert.rejects(async () => await readAll(await test.store.open(descriptor)), (error: Error) => {
      assert.match(error.message, why);
      return isCode("object_corrupt")(error);
    });
    assert.deepEqual((await findingsOf(test.store)).map(({ kind }) => kind), ["object_corrupt"]);
  });
}

Deno.test("a pack with an altered byte is found by a check and never read as right", async () => {
  await using test = await openMemoryStore();
  const [one] = await test.store.putMany([item("one"), item("two")]);
  const key = [...test.objects.keys()].find((key) => key.startsWith("packs/"))!;

  await spoil(test.storage, key, (bytes) => bytes.map((byte, i) => i === 0 ? byte ^ 1 : byte));

  await assert.rejects(test.store.getBytes(one!), isCode("object_corrupt"));
  assert.deepEqual((await findingsOf(test.store)).map(({ kind }) => kind), [
    "pack_corrupt",
    "object_corrupt",
  ]);
});

Deno.test("a pack whose index is altered counts as not stored", async () => {
  await using test = await openMemoryStore();
  const [one] = await test.store.putMany([item("one"), item("two")]);
  const key = [...test.objects.keys()].find((key) => key.startsWith("packs/"))!;

  await spoil(test.storage, key, (bytes) => bytes.map((byte, i) => i === 8 ? byte ^ 1 : byte));

  assert.equal(await (await test.reopen()).has(one!.digest), false);
});

Deno.test("an object that is not there is missing, and the fix is named", async () => {
  await using test = await openMemoryStore();

  await assert.rejects(test.store.getBytes(digestOf("nowhere")), (error) => {
    assert.deepEqual((error as { report: { fix: string[] } }).report.fix, ["`aero storage fsck`"]);
    return isCode("object_missing")(error);
  });
});

Deno.test("a storage that cannot be asked is never taken for one without the object", async () => {
  let faulty!: FaultyStorage;
  await using test = await openMemoryStore((storage) => faulty = new FaultyStorage(storage));

  faulty.faults = [{ with: "denied" }];

  await assert.rejects(test.store.has(digestOf("x")), isCode("denied"));
  await assert.rejects(test.store.getBytes(digestOf("x")), isCode("denied"));
});

Deno.test("a store of a newer format is refused", async () => {
  await using test = await openMemoryStore();
  await spoil(
    test.storage,
    MARKER_KEY,
    (bytes) => text(new TextDecoder().decode(bytes).replace("store@1", "store@2")),
  );

  await assert.rejects(test.reopen(), isCode("store_marker_newer"));
});

Deno.test("a damaged marker says that it can be removed, and that gives a store with all that was there", async () => {
  await using test = await openMemoryStore();
  const { digest } = await test.store.putBytes(text("kept"), "text/plain");
  await spoil(test.storage, MARKER_KEY, () => text("garbage"));

  await assert.rejects(test.reopen(), (error) => {
    assert.ok(error instanceof CorruptionError);
    assert.equal(error.code, "store_marker_invalid");
    assert.match(error.report.fix!.join(), /remove aero\.json from the storage/);
    return true;
  });
  await test.storage.delete(MARKER_KEY);

  const again = await test.reopen();
  assert.equal(await again.has(digest), true);
});

Deno.test("putStream() stores what came, and nothing is left of it elsewhere", async () => {
  await using test = await openMemoryStore();
  const bytes = crypto.getRandomValues(new Uint8Array(60_000));

  const descriptor = await test.store.putStream(bytesBody(bytes).open(), "x/y");

  assert.deepEqual(await test.store.getBytes(descriptor), bytes);
  assert.deepEqual([...Deno.readDirSync(test.store.stagingDirectory)], []);
});

Deno.test("putStream() of a stream that breaks stores nothing", async () => {
  await using test = await openMemoryStore();
  const broken = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(text("half")),
    pull: () => Promise.reject(new RangeError("torn")),
  });

  await assert.rejects(test.store.putStream(broken, "x/y"), /torn/);

  assert.deepEqual([...test.objects.keys()], [MARKER_KEY]);
  assert.deepEqual([...Deno.readDirSync(test.store.stagingDirectory)], []);
});

Deno.test("an index file of noise is made anew", async () => {
  await using test = await openMemoryStore();
  const [one] = await test.store.putMany([item("one"), item("two")]);
  Deno.writeTextFileSync(`${test.directory}/.local-1.db`, "noise".repeat(1000));

  const store = await test.reopen();

  assert.deepEqual(await store.getBytes(one!), text("one"));
});

Deno.test("an abort comes out as its own reason, and stores nothing", async () => {
  await using test = await openMemoryStore();
  const signal = AbortSignal.abort();

  await assert.rejects(test.store.putBytes(text("a"), "x/y", { signal }), (error) => error === signal.reason);

  assert.equal(await test.store.has(digestOf("a")), false);
});

Deno.test("check() tells the bytes of each object and pack as it reads them", async () => {
  await using test = await openMemoryStore();
  await test.store.putObject(digestOf("hello"), bytesBody(text("hello")));
  await test.store.putMany([item("one"), item("two")]);
  const pack = [...test.objects].find(([key]) => key.startsWith("packs/"))!;

  const read: number[] = [];
  await Array.fromAsync(test.store.check({ onRead: (bytes) => read.push(bytes) }));

  assert.deepEqual(read, [5, (await test.storage.stat(pack[0]))!.size]);
});

Deno.test("what cannot be staged is told, also where the staging directory itself is gone", async () => {
  await using test = await openMemoryStore();
  await Deno.writeTextFile(`${test.directory}/file`, "hello");
  await Deno.remove(`${test.directory}/.scratch`, { recursive: true });

  await assert.rejects(test.store.putFiles([`${test.directory}/file`]), isCode("write_failed"));
});
