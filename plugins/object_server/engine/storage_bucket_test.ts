import assert from "node:assert/strict";
import { openMemoryStorage } from "../../../tests/support/memory_storage.ts";
import { attributesOf, patternBytes, readAll, TestEngine } from "../../../tests/support/object_engine.ts";
import { bytesBody, parseStorageKey, type Storage } from "../../../core/plugin/storage.ts";
import { BLOCK_BYTES } from "./body_blocks.ts";
import { ObjectEngineError } from "./engine_error.ts";
import { openObjectEngine } from "./open_engine.ts";

const code = (expected: string) => (error: unknown) =>
  error instanceof ObjectEngineError && error.code === expected ||
  assert.fail(`expected ${expected}, got ${error}`);

const S = { bucket: "shared" };

async function overStorage(): Promise<{ t: TestEngine; storage: Storage }> {
  const storage = openMemoryStorage();
  const t = await TestEngine.open({ storages: [{ name: "shared", owner: "ann", storage }] });
  return { t, storage };
}

Deno.test("what local users put is there for remote users, and the other way round", async () => {
  const { t, storage } = await overStorage();
  await using _ = t;
  await storage.put(parseStorageKey("a/local"), bytesBody(new TextEncoder().encode("from here")));

  await t.put("a/remote", "from there", S);
  await t.put("a/large", patternBytes(BLOCK_BYTES * 2), S);

  assert.equal(await t.text("a/local", S), "from here");
  const read = await readAll(await storage.get(parseStorageKey("a/remote")));
  assert.equal(new TextDecoder().decode(read), "from there");
  assert.deepEqual(
    await readAll(await storage.get(parseStorageKey("a/large"))),
    patternBytes(BLOCK_BYTES * 2),
  );
  assert.deepEqual(await t.keys("shared"), ["a/large", "a/local", "a/remote"]);
  await t.engine.objects.delete({ ...S, key: "a/local" }, { owner: "ann" });
  assert.equal(await storage.stat(parseStorageKey("a/local")), undefined);
  assert.deepEqual(t.files(), []);
});

Deno.test("ranges of a storage's object are read, and one outside is refused", async () => {
  const { t } = await overStorage();
  await using _ = t;
  const bytes = patternBytes(BLOCK_BYTES * 2 + 9);
  await t.put("k", bytes, S);

  const read = await t.bytes({ ...S, key: "k" }, { offset: 7, length: BLOCK_BYTES });

  assert.deepEqual(read, bytes.slice(7, BLOCK_BYTES + 7));
  assert.deepEqual(await t.bytes({ ...S, key: "k" }, { offset: 7, length: 0 }), new Uint8Array());
  using object = await t.engine.objects.open({ ...S, key: "k" });
  assert.throws(() => object.read({ offset: 0, length: bytes.length + 1 }), code("invalid_range"));
});

Deno.test("a storage's object has an etag that stays, changes with it, and is not taken for an MD5", async () => {
  const { t } = await overStorage();
  await using _ = t;
  const first = await t.put("k", "one", S);
  const again = await t.engine.objects.stat({ ...S, key: "k" });

  const other = await t.put("k", "other", S);

  assert.match(first.etag, /^[0-9a-f]{32}-1$/);
  assert.equal(again.etag, first.etag);
  assert.notEqual(other.etag, first.etag);
});

Deno.test("preconditions hold over a storage, and of writers at once with If-None-Match: * one wins", async () => {
  const { t } = await overStorage();
  await using _ = t;
  const any = { ifNoneMatch: "*" } as const;
  await assert.rejects(t.put("k", "v", { ...S, precondition: { ifMatch: "*" } }), code("no_such_key"));
  const results = await Promise.allSettled(
    Array.from({ length: 10 }, (_, index) => t.put("k", `${index}`, { ...S, precondition: any })),
  );
  assert.equal(results.filter(({ status }) => status === "fulfilled").length, 1);
  const { etag } = await t.engine.objects.stat({ ...S, key: "k" });

  await assert.rejects(
    t.put("k", "v", { ...S, precondition: { ifMatch: ["x"] } }),
    code("precondition_failed"),
  );
  const remove = (ifMatch: readonly string[]) =>
    t.engine.objects.delete({ ...S, key: "k" }, { owner: "ann", precondition: { ifMatch } });
  await assert.rejects(remove(["x"]), code("precondition_failed"));
  await remove([etag]);

  assert.deepEqual(await t.keys("shared"), []);
});

Deno.test("an upload into a storage becomes one object, and leaves no part behind", async () => {
  const { t } = await overStorage();
  await using _ = t;
  const upload = await t.upload("k", "shared");
  const bodies = [patternBytes(BLOCK_BYTES * 2, 1), patternBytes(10, 2)];
  const parts = [await t.part(upload, 1, bodies[0]!), await t.part(upload, 2, bodies[1]!)];
  assert.deepEqual(await t.keys("shared"), []);

  const object = await t.complete(upload, parts);
  const again = await t.complete(upload, parts);

  assert.deepEqual(again, object);
  assert.deepEqual(await t.bytes({ ...S, key: "k" }), new Uint8Array([...bodies[0]!, ...bodies[1]!]));
  await t.reopen();
  assert.deepEqual(t.files(), []);
});

Deno.test("objects are copied between a storage and a bucket of the engine's own, both ways", async () => {
  const { t } = await overStorage();
  await using _ = t;
  const copy = async (from: string, to: string, key: string) => {
    using source = await t.engine.objects.open({ bucket: from, key });
    await t.engine.objects.copy(source, {
      bucket: to,
      key: `${key}2`,
      attributes: attributesOf({ etag: "e" }),
    });
  };
  for (const size of [5, BLOCK_BYTES * 2]) {
    await t.put(`k${size}`, patternBytes(size));
    await copy("b", "shared", `k${size}`);
    await copy("shared", "b", `k${size}2`);

    assert.deepEqual(await t.bytes({ bucket: "b", key: `k${size}22` }), patternBytes(size));
  }
});

Deno.test("a storage's names are listed in order, page by page, rolled up at a delimiter", async () => {
  const { t } = await overStorage();
  await using _ = t;
  for (const key of ["b/2", "a", "b/1", "c", "b/x/y"]) await t.put(key, "v", S);
  const page = await t.engine.objects.list("shared", { limit: 2, delimiter: "/" });
  const rest = await t.engine.objects.list("shared", { limit: 2, delimiter: "/", after: page.next! });

  assert.deepEqual([page.objects.map(({ key }) => key), page.commonPrefixes], [["a"], ["b/"]]);
  assert.deepEqual([rest.objects.map(({ key }) => key), rest.next], [["c"], undefined]);
  const under = await t.engine.objects.list("shared", { limit: 9, prefix: "b/", delimiter: "/" });
  assert.deepEqual([under.objects.map(({ key }) => key), under.commonPrefixes], [["b/1", "b/2"], ["b/x/"]]);
});

Deno.test("what a storage cannot do is not implemented, and not ignored", async () => {
  const { t } = await overStorage();
  await using _ = t;
  await t.put("k", "v", S);
  const name = { ...S, key: "k" };
  const { buckets, objects } = t.engine;
  const no = code("not_implemented");

  await assert.rejects(buckets.setVersioning("shared", "enabled"), no);
  await assert.rejects(buckets.setObjectLock("shared", {}), no);
  await assert.rejects(buckets.delete("shared"), no);
  await assert.rejects(objects.setTags(name, []), no);
  await assert.rejects(objects.setRetention(name, undefined, { bypassGovernance: true }), no);
  await assert.rejects(objects.setLegalHold(name, true), no);
  await assert.rejects(objects.stat({ ...name, versionId: "0".repeat(32) }), no);
  await assert.rejects(t.put("l", "v", { ...S, tags: [{ key: "a", value: "b" }] }), no);
  await assert.rejects(t.put("l", "v", { ...S, legalHold: true }), no);
  await assert.rejects(t.put("not a key", "v", S), code("key_invalid"));
  await assert.rejects(objects.stat({ ...S, key: "not a key" }), code("no_such_key"));
  assert.deepEqual(await t.keys("shared"), ["k"]);
});

Deno.test("a bucket over a storage goes when the storage is not served any more, and its objects stay", async () => {
  const { t, storage } = await overStorage();
  await using _ = t;
  await t.put("k", "v", S);
  await t.part(await t.upload("u", "shared"), 1, patternBytes(BLOCK_BYTES * 2));
  await t.engine[Symbol.asyncDispose]();

  t.engine = await openObjectEngine({ directory: t.directory, now: () => new Date() });

  assert.deepEqual((await t.engine.buckets.list()).map(({ name }) => name), ["b"]);
  assert.ok(await storage.stat(parseStorageKey("k")));
  await t.reopen();
  assert.deepEqual(t.files(), []);
});
