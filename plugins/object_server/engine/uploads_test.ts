import assert from "node:assert/strict";
import { attributesOf, patternBytes, TestEngine } from "../../../tests/support/object_engine.ts";
import { BLOCK_BYTES } from "./body_blocks.ts";
import { ObjectEngineError } from "./engine_error.ts";

const code = (expected: string) => (error: unknown) =>
  error instanceof ObjectEngineError && error.code === expected ||
  assert.fail(`expected ${expected}, got ${error}`);

Deno.test("a completed upload is one object of its parts, with ranges across them and each part known", async () => {
  await using t = await TestEngine.open();
  const bodies = [patternBytes(BLOCK_BYTES + 3, 1), patternBytes(10, 2), patternBytes(2 * BLOCK_BYTES, 3)];
  const upload = await t.upload("k");
  const parts = [];
  for (const [index, body] of bodies.entries()) parts.push(await t.part(upload, index * 3 + 1, body));

  const object = await t.complete(upload, parts);

  const whole = new Uint8Array(bodies.flatMap((body) => [...body]));
  assert.equal(object.size, whole.length);
  assert.equal(object.partCount, 3);
  assert.equal(object.etag, `${parts.map((part) => part.etag).join("+")}-3`);
  const name = { bucket: "b", key: "k" };
  assert.deepEqual(await t.bytes(name), whole);
  const range = { offset: BLOCK_BYTES, length: 20 };
  assert.deepEqual(await t.bytes(name, range), whole.slice(BLOCK_BYTES, BLOCK_BYTES + 20));
  using opened = await t.engine.objects.open(name);
  assert.deepEqual(
    opened.parts().map(({ number, offset, size }) => [number, offset, size]),
    [[1, 0, BLOCK_BYTES + 3], [4, BLOCK_BYTES + 3, 10], [7, BLOCK_BYTES + 13, 2 * BLOCK_BYTES]],
  );
});

Deno.test("an upload is not visible as an object, and its attributes become the object's", async () => {
  await using t = await TestEngine.open();
  const { etag: _, checksums: __, ...attributes } = attributesOf({
    metadata: { colour: "red" },
    owner: "bob",
  });
  const { uploadId } = await t.engine.uploads.create({ bucket: "b", key: "k", attributes, initiator: "eve" });
  const upload = { bucket: "b", key: "k", uploadId };
  const part = await t.part(upload, 1, "text");
  assert.deepEqual(await t.keys(), []);
  assert.equal((await t.engine.uploads.stat(upload)).initiator, "eve");

  await t.complete(upload, [part]);

  const object = await t.engine.objects.stat({ bucket: "b", key: "k" });
  assert.deepEqual([object.metadata, object.owner, object.size], [{ colour: "red" }, "bob", 4]);
});

Deno.test("a part that is sent again replaces the one before, and the former cannot be completed with", async () => {
  await using t = await TestEngine.open();
  const upload = await t.upload("k");
  const first = await t.part(upload, 1, patternBytes(BLOCK_BYTES * 2, 1));
  const second = await t.part(upload, 1, "second");

  await assert.rejects(t.complete(upload, [first]), code("part_invalid"));
  await t.complete(upload, [second]);
  await t.reopen();

  assert.equal(await t.text("k"), "second");
  assert.deepEqual(t.files(), []);
});

Deno.test("parts that are not named are dropped", async () => {
  await using t = await TestEngine.open();
  const upload = await t.upload("k");
  await t.part(upload, 1, patternBytes(BLOCK_BYTES * 2, 1));
  const part = await t.part(upload, 2, patternBytes(BLOCK_BYTES * 2, 2));

  await t.complete(upload, [part]);
  await t.reopen();

  assert.deepEqual(await t.bytes({ bucket: "b", key: "k" }), patternBytes(BLOCK_BYTES * 2, 2));
  assert.equal(t.files().length, 1);
});

Deno.test("a completion that names wrong parts is refused, and the upload stays", async () => {
  await using t = await TestEngine.open();
  const upload = await t.upload("k");
  const one = await t.part(upload, 1, "one"), two = await t.part(upload, 2, "two");
  const complete = (parts: readonly { number: number; etag: string }[], minPartBytes = 0) =>
    t.engine.uploads.complete(upload, {
      parts,
      minPartBytes,
      summarize: () => ({ etag: "e", checksums: [] }),
    });

  await assert.rejects(complete([]), code("part_invalid"));
  await assert.rejects(complete([two, one]), code("part_order_invalid"));
  await assert.rejects(complete([one, one]), code("part_order_invalid"));
  await assert.rejects(complete([one, { number: 3, etag: "x" }]), code("part_invalid"));
  await assert.rejects(complete([{ ...one, etag: "x" }]), code("part_invalid"));
  await assert.rejects(complete([one, two], 4), code("part_too_small"));
  await assert.rejects(
    complete([{ ...one, checksums: [{ algorithm: "CRC32", value: "x" }] } as typeof one]),
    code("part_invalid"),
  );
  await complete([one, two], 3);

  assert.equal(await t.text("k"), "onetwo");
});

Deno.test("a completion that is repeated gives the same answer, and changes nothing", async () => {
  await using t = await TestEngine.open();
  const upload = await t.upload("k");
  const part = await t.part(upload, 1, "one");
  const first = await t.complete(upload, [part]);
  await t.put("k", "newer");

  const again = await t.complete(upload, [part]);

  assert.deepEqual(again, first);
  assert.equal(await t.text("k"), "newer");
  await assert.rejects(t.complete(upload, [{ number: 1, etag: "other" }]), code("no_such_upload"));
});

Deno.test("of completions at once one makes the object, and all give its answer", async () => {
  await using t = await TestEngine.open();
  await t.engine.buckets.setVersioning("b", "enabled");
  const upload = await t.upload("k");
  const part = await t.part(upload, 1, "one");

  const answers = await Promise.all(Array.from({ length: 8 }, () => t.complete(upload, [part])));

  assert.equal(new Set(answers.map((answer) => answer.versionId)).size, 1);
  assert.equal((await t.engine.objects.listVersions("b", { limit: 10 })).versions.length, 1);
});

Deno.test("a completion whose precondition fails leaves the upload as it was", async () => {
  await using t = await TestEngine.open();
  const upload = await t.upload("k");
  const part = await t.part(upload, 1, "one");

  await assert.rejects(t.complete(upload, [part], { ifMatch: "*" }), code("no_such_key"));
  await t.put("k", "there");
  await assert.rejects(t.complete(upload, [part], { ifNoneMatch: "*" }), code("precondition_failed"));
  await t.complete(upload, [part], { ifMatch: ["there"] });

  assert.equal(await t.text("k"), "one");
});

Deno.test("a part that is replaced while an upload is completed is never taken for the one that was named", async () => {
  await using t = await TestEngine.open();
  const upload = await t.upload("k");
  const part = await t.part(upload, 1, "one");
  await using write = await t.engine.beginWrite("b");
  await write.append(new TextEncoder().encode("two"));

  const replaced = write.commitPart({ ...upload, number: 1, etag: "two", checksums: [] });
  // The part is on its way to the writer when the completion looks its parts up.
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  await assert.rejects(t.complete(upload, [part]), code("part_invalid"));
  const second = await replaced;
  await t.complete(upload, [second]);

  assert.equal(await t.text("k"), "two");
});

Deno.test("an aborted upload is gone with its parts", async () => {
  await using t = await TestEngine.open();
  const upload = await t.upload("k");
  await t.part(upload, 1, patternBytes(BLOCK_BYTES * 2));

  await t.engine.uploads.abort(upload);

  await assert.rejects(t.engine.uploads.listParts(upload, { limit: 10 }), code("no_such_upload"));
  await assert.rejects(t.part(upload, 2, patternBytes(BLOCK_BYTES * 2)), code("no_such_upload"));
  await assert.rejects(t.engine.uploads.abort(upload), code("no_such_upload"));
  await assert.rejects(t.complete(upload, [{ number: 1, etag: "x" }]), code("no_such_upload"));
  await t.reopen();
  assert.deepEqual(t.files(), []);
});

Deno.test("an upload is found only by its own key and bucket", async () => {
  await using t = await TestEngine.open();
  await t.engine.buckets.create({ name: "c", owner: "ann", objectLock: false });
  const upload = await t.upload("k");

  await assert.rejects(t.engine.uploads.stat({ ...upload, key: "other" }), code("no_such_upload"));
  await assert.rejects(t.engine.uploads.stat({ ...upload, bucket: "c" }), code("no_such_upload"));
  await assert.rejects(t.engine.uploads.stat({ ...upload, bucket: "none" }), code("no_such_bucket"));
});

Deno.test("parts and uploads are listed page by page", async () => {
  await using t = await TestEngine.open();
  const first = await t.upload("a"), second = await t.upload("a");
  for (const key of ["b/1", "b/2", "c"]) await t.upload(key);
  for (const number of [5, 1, 9]) await t.part(first, number, `part${number}`);

  const parts = await t.engine.uploads.listParts(first, { limit: 2 });
  const rest = await t.engine.uploads.listParts(first, { limit: 2, after: parts.next! });
  assert.deepEqual(parts.parts.map((part) => [part.number, part.size]), [[1, 5], [5, 5]]);
  assert.deepEqual([rest.parts.map((part) => part.number), rest.next], [[9], undefined]);

  const one = await t.engine.uploads.list("b", { limit: 1 });
  assert.deepEqual(one.uploads.map((upload) => upload.uploadId), [first.uploadId]);
  const two = await t.engine.uploads.list("b", { limit: 2, delimiter: "/", ...one.next });
  assert.deepEqual(two.uploads.map((upload) => upload.uploadId), [second.uploadId]);
  assert.deepEqual(two.commonPrefixes, ["b/"]);
  const three = await t.engine.uploads.list("b", { limit: 2, delimiter: "/", ...two.next });
  assert.deepEqual([three.uploads.map((upload) => upload.key), three.next], [["c"], undefined]);
});

Deno.test("a bucket with uploads only can be deleted, and their parts go with it", async () => {
  await using t = await TestEngine.open();
  await t.part(await t.upload("k"), 1, patternBytes(BLOCK_BYTES * 2));

  await t.engine.buckets.delete("b");
  await t.reopen();

  assert.deepEqual(t.files(), []);
});

Deno.test("a copy of an object of parts keeps its parts, and outlives it", async () => {
  await using t = await TestEngine.open();
  const upload = await t.upload("k");
  const bodies = [patternBytes(BLOCK_BYTES * 2, 1), patternBytes(BLOCK_BYTES * 2, 2)];
  const attributes = await t.complete(upload, [
    await t.part(upload, 1, bodies[0]!),
    await t.part(upload, 2, bodies[1]!),
  ]);
  {
    using source = await t.engine.objects.open({ bucket: "b", key: "k" });
    await t.engine.objects.copy(source, { bucket: "b", key: "c", attributes });
  }
  await t.engine.objects.delete({ bucket: "b", key: "k" }, { owner: "ann" });
  await t.reopen();

  assert.deepEqual(await t.bytes({ bucket: "b", key: "c" }), new Uint8Array([...bodies[0]!, ...bodies[1]!]));
  await t.engine.objects.delete({ bucket: "b", key: "c" }, { owner: "ann" });
  await t.reopen();
  assert.deepEqual(t.files(), []);
});

Deno.test("uploads that were left are dropped with their parts; those with a part of late go on", async () => {
  await using t = await TestEngine.open();
  const day = 24 * 60 * 60 * 1000;
  const large = patternBytes(2 * BLOCK_BYTES);
  const left = [];
  for (let i = 0; i < 25; i++) left.push(await t.upload(`left${i}`));
  await t.part(left[0]!, 1, large);
  const alive = await t.upload("alive");
  t.now += 6 * day;
  const part = await t.part(alive, 1, large);
  const young = await t.upload("young");
  t.now += 2 * day;

  const dropped = await t.engine.uploads.abortIdle(t.now - 7 * day);

  assert.equal(dropped, 25);
  const { uploads } = await t.engine.uploads.list("b", { limit: 100 });
  assert.deepEqual(uploads.map(({ key }) => key), ["alive", "young"]);
  await assert.rejects(t.engine.uploads.stat(left[0]!), code("no_such_upload"));
  await t.complete(alive, [part]);
  await t.engine.uploads.abort(young);
  await t.reopen();
  assert.equal(t.files().length, 1);
  assert.equal(await t.engine.uploads.abortIdle(t.now), 0);
});
