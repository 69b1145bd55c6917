import assert from "node:assert/strict";
import { patternBytes, readAll, TestEngine } from "../../../tests/support/object_engine.ts";
import { BLOCK_BYTES, SMALL_BODY_BYTES } from "./body_blocks.ts";
import { ObjectEngineError } from "./engine_error.ts";

const name = (key: string, versionId?: string) => ({
  bucket: "b",
  key,
  ...(versionId !== undefined && { versionId }),
});
const code = (expected: string) => (error: unknown) =>
  error instanceof ObjectEngineError && error.code === expected ||
  assert.fail(`expected ${expected}, got ${error}`);

Deno.test("an object comes back as it was stored, whatever its size, also after the directory was opened again", async () => {
  await using t = await TestEngine.open();
  const sizes = [
    0,
    1,
    SMALL_BODY_BYTES,
    SMALL_BODY_BYTES + 1,
    BLOCK_BYTES,
    BLOCK_BYTES + 1,
    3 * BLOCK_BYTES - 1,
  ];

  for (const size of sizes) await t.put(`k${size}`, patternBytes(size));
  await t.reopen();

  for (const size of sizes) {
    assert.deepEqual(await t.bytes(name(`k${size}`)), patternBytes(size));
    assert.equal((await t.engine.objects.stat(name(`k${size}`))).size, size);
  }
});

Deno.test("append() takes bytes in pieces of any size and copies them before it returns", async () => {
  await using t = await TestEngine.open();
  const bytes = patternBytes(5 * BLOCK_BYTES + 77);
  await using write = await t.engine.beginWrite("b");
  const buffer = new Uint8Array(100_003);

  for (let at = 0; at < bytes.length; at += buffer.length) {
    const piece = bytes.subarray(at, at + buffer.length);
    buffer.set(piece);
    await write.append(buffer.subarray(0, piece.length));
    buffer.fill(0);
  }
  assert.equal(write.size, bytes.length);
  await write.commitObject({ bucket: "b", key: "k", attributes: await t.put("other", "x") });

  assert.deepEqual(await t.bytes(name("k")), bytes);
});

Deno.test("a range is read from any place of an object, across blocks", async () => {
  await using t = await TestEngine.open();
  const bytes = patternBytes(3 * BLOCK_BYTES + 5);
  await t.put("k", bytes);
  const ranges = [[0, 1], [BLOCK_BYTES - 1, 2], [BLOCK_BYTES, BLOCK_BYTES], [bytes.length - 1, 1], [7, 0], [
    10,
    2 * BLOCK_BYTES,
  ]];

  for (const [offset, length] of ranges as [number, number][]) {
    const read = await t.bytes(name("k"), { offset, length });
    assert.deepEqual(read, bytes.slice(offset, offset + length));
  }
  using object = await t.engine.objects.open(name("k"));
  assert.throws(() => object.read({ offset: 0, length: bytes.length + 1 }), code("invalid_range"));
});

Deno.test("attributes come back as they were given", async () => {
  await using t = await TestEngine.open();
  const given = {
    etag: "e1",
    headers: { "content-type": "text/plain", "cache-control": "no-store" },
    metadata: { colour: "blü" },
    tags: [{ key: "k", value: "v" }],
    checksums: [{ algorithm: "CRC32", value: "AAAAAA==", type: "FULL_OBJECT" as const }],
    owner: "bob",
    storageClass: "COLD",
  };

  await t.put("k", "text", given);

  assert.deepEqual(await t.engine.objects.stat(name("k")), {
    kind: "object",
    key: "k",
    versionId: "null",
    isLatest: true,
    size: 4,
    modifiedAt: t.now,
    ...given,
  });
});

Deno.test("a body that is abandoned, or whose commit is refused, leaves no object and no file", async () => {
  await using t = await TestEngine.open();
  const large = patternBytes(SMALL_BODY_BYTES * 3);
  await t.put("k", "there");

  {
    await using write = await t.engine.beginWrite("b");
    await write.append(large);
  }
  await assert.rejects(
    t.put("k", large, { precondition: { ifNoneMatch: "*" } }),
    code("precondition_failed"),
  );
  await assert.rejects(t.put("\ud800", large), code("key_invalid"));

  assert.deepEqual(await t.keys(), ["k"]);
  assert.equal(await t.text("k"), "there");
  assert.deepEqual(t.files(), []);
});

Deno.test("a replaced or deleted object leaves no file, once nobody reads it", async () => {
  await using t = await TestEngine.open();
  const large = patternBytes(SMALL_BODY_BYTES * 3);
  await t.put("a", large);
  await t.put("b", large);

  await t.put("a", "small");
  await t.engine.objects.delete(name("b"), { owner: "ann" });
  await t.reopen();

  assert.deepEqual(t.files(), []);
  assert.deepEqual(await t.keys(), ["a"]);
});

Deno.test("what is open is read to its end although it is overwritten and deleted meanwhile", async () => {
  await using t = await TestEngine.open();
  const first = patternBytes(BLOCK_BYTES * 4, 1);
  await t.put("k", first);
  const object = await t.engine.objects.open(name("k"));
  const stream = object.read();
  const reader = stream.getReader();
  const begin = (await reader.read()).value!;
  reader.releaseLock();

  await t.put("k", patternBytes(BLOCK_BYTES * 4, 2));
  await t.engine.objects.delete(name("k"), { owner: "ann" });
  object[Symbol.dispose]();
  await t.engine.probe();
  const rest = await readAll(stream);

  assert.deepEqual(new Uint8Array([...begin, ...rest]), first);
  await t.reopen();
  assert.deepEqual(t.files(), []);
});

Deno.test("a small object that is open is read although it is deleted meanwhile", async () => {
  await using t = await TestEngine.open();
  await t.put("k", "text");
  using object = await t.engine.objects.open(name("k"));

  await t.engine.objects.delete(name("k"), { owner: "ann" });
  await t.engine.probe();

  assert.equal(new TextDecoder().decode(await readAll(object.read())), "text");
  assert.equal(new TextDecoder().decode(object.readSmall()), "text");
});

Deno.test("a cancelled stream lets its body go", async () => {
  await using t = await TestEngine.open();
  await t.put("k", patternBytes(BLOCK_BYTES * 4));
  const object = await t.engine.objects.open(name("k"));
  const stream = object.read();
  const reader = stream.getReader();
  await reader.read();
  object[Symbol.dispose]();
  await t.engine.objects.delete(name("k"), { owner: "ann" });
  await t.engine.probe();
  assert.equal(t.files().length, 1);

  await reader.cancel();
  await t.reopen();

  assert.deepEqual(t.files(), []);
});

Deno.test("copy() shares the body, and each of the two outlives the other", async () => {
  await using t = await TestEngine.open();
  const large = patternBytes(BLOCK_BYTES * 2);
  const { etag, ...attributes } = await t.put("a", large);
  {
    using source = await t.engine.objects.open(name("a"));
    await t.engine.objects.copy(source, { bucket: "b", key: "c", attributes: { ...attributes, etag } });
  }
  assert.equal(t.files().length, 1);

  await t.engine.objects.delete(name("a"), { owner: "ann" });
  await t.reopen();

  assert.deepEqual(await t.bytes(name("c")), large);
  await t.engine.objects.delete(name("c"), { owner: "ann" });
  await t.reopen();
  assert.deepEqual(t.files(), []);
});

Deno.test("copy() of an open object that was deleted meanwhile has its bytes", async () => {
  await using t = await TestEngine.open();
  for (const size of [4, BLOCK_BYTES * 2]) {
    const attributes = await t.put("a", patternBytes(size));
    {
      using source = await t.engine.objects.open(name("a"));
      await t.engine.objects.delete(name("a"), { owner: "ann" });
      await t.engine.probe();
      await t.engine.objects.copy(source, { bucket: "b", key: `c${size}`, attributes });
    }
    await t.reopen();

    assert.deepEqual(await t.bytes(name(`c${size}`)), patternBytes(size));
  }
});

Deno.test("copy() onto itself replaces the attributes and keeps the body", async () => {
  await using t = await TestEngine.open();
  const attributes = await t.put("a", patternBytes(BLOCK_BYTES * 2));
  {
    using source = await t.engine.objects.open(name("a"));
    const put = { bucket: "b", key: "a", attributes: { ...attributes, metadata: { colour: "red" } } };
    await t.engine.objects.copy(source, put);
  }
  await t.reopen();

  assert.deepEqual((await t.engine.objects.stat(name("a"))).metadata, { colour: "red" });
  assert.deepEqual(await t.bytes(name("a")), patternBytes(BLOCK_BYTES * 2));
  assert.equal(t.files().length, 1);
});

Deno.test("what is not there is told by its own code", async () => {
  await using t = await TestEngine.open();
  const { objects } = t.engine;
  await t.put("k", "v");

  await assert.rejects(objects.stat({ bucket: "none", key: "k" }), code("no_such_bucket"));
  await assert.rejects(objects.open(name("none")), code("no_such_key"));
  await assert.rejects(objects.stat(name("k", "0".repeat(32))), code("no_such_version"));
  await assert.rejects(objects.stat(name("k", "what")), code("version_id_invalid"));
  await assert.rejects(t.engine.beginWrite("none"), code("no_such_bucket"));
  assert.deepEqual(await objects.delete(name("none"), { owner: "ann" }), { deleteMarker: false });
});

Deno.test("keys are 1 to 1,024 bytes of text without NUL", async () => {
  await using t = await TestEngine.open();
  const good = ["a".repeat(1024), "ü".repeat(512), "/", "..", "a//b", "\u{10FFFF}", "%00", " ", "\n"];

  for (const key of good) await t.put(key, "v");
  for (const key of ["", "a".repeat(1025), "ü".repeat(513), "a\0b", "\ud800"]) {
    await assert.rejects(t.put(key, "v"), code("key_invalid"));
  }

  assert.deepEqual(new Set(await t.keys()), new Set(good));
});

Deno.test("one refused mutation in a batch takes no other with it", async () => {
  await using t = await TestEngine.open();
  await t.put("there", "old");

  const results = await Promise.allSettled(
    Array.from(
      { length: 30 },
      (_, index) =>
        index % 3 === 0
          ? t.put("there", "new", { precondition: { ifNoneMatch: "*" } })
          : t.put(`k${index}`, `${index}`),
    ),
  );

  assert.deepEqual(
    results.map(({ status }) => status),
    Array.from({ length: 30 }, (_, index) => index % 3 === 0 ? "rejected" : "fulfilled"),
  );
  assert.equal((await t.keys()).length, 21);
});

Deno.test("a closed engine refuses every call", async () => {
  const t = await TestEngine.open();
  await t.engine[Symbol.asyncDispose]();
  try {
    await assert.rejects(t.engine.objects.stat(name("k")), code("closed"));
    await assert.rejects(t.engine.objects.delete(name("k"), { owner: "ann" }), code("closed"));
    await assert.rejects(t.engine.beginWrite("b"), code("closed"));
  } finally {
    await Deno.remove(t.directory, { recursive: true });
  }
});
