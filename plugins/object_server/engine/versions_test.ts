import assert from "node:assert/strict";
import { TestEngine } from "../../../tests/support/object_engine.ts";
import type { ListVersionsOptions } from "../object_engine.ts";
import { ObjectEngineError } from "./engine_error.ts";

const code = (expected: string) => (error: unknown) =>
  error instanceof ObjectEngineError && error.code === expected ||
  assert.fail(`expected ${expected}, got ${error}`);

const ann = { owner: "ann" };

async function versioned(): Promise<TestEngine> {
  const t = await TestEngine.open();
  await t.engine.buckets.setVersioning("b", "enabled");
  return t;
}

/** Versions as `key etag` or `key -` for a marker, with `*` on the latest. */
async function shown(t: TestEngine, options: Partial<ListVersionsOptions> = {}): Promise<string[]> {
  const { versions } = await t.engine.objects.listVersions("b", { limit: 1000, ...options });
  return versions.map((v) =>
    `${v.key} ${v.kind === "object" ? v.etag : "-"}${v.versionId === "null" ? " null" : ""}${
      v.isLatest ? " *" : ""
    }`
  );
}

Deno.test("each put of a versioned bucket adds a version, newest first, and each can be read", async () => {
  await using t = await versioned();

  const one = await t.put("k", "one"), two = await t.put("k", "two");

  assert.notEqual(one.versionId, two.versionId);
  assert.deepEqual(await shown(t), ["k two *", "k one"]);
  assert.equal(await t.text("k"), "two");
  assert.equal(await t.text("k", { versionId: one.versionId }), "one");
});

Deno.test("a delete without a version adds a marker, and removing the marker brings the object back", async () => {
  await using t = await versioned();
  const one = await t.put("k", "one");

  const deleted = await t.engine.objects.delete({ bucket: "b", key: "k" }, ann);

  assert.equal(deleted.deleteMarker, true);
  assert.deepEqual(await shown(t), ["k - *", "k one"]);
  assert.deepEqual(await t.keys(), []);
  assert.equal(await t.text("k", { versionId: one.versionId }), "one");
  await assert.rejects(t.text("k"), (error) => {
    assert.ok(error instanceof ObjectEngineError && error.code === "no_such_key");
    assert.equal(error.details.deleteMarker?.versionId, deleted.versionId);
    return true;
  });
  await assert.rejects(t.text("k", { versionId: deleted.versionId! }), code("is_delete_marker"));

  const removed = await t.engine.objects.delete(
    { bucket: "b", key: "k", versionId: deleted.versionId! },
    ann,
  );

  assert.deepEqual(removed, { deleteMarker: true, versionId: deleted.versionId });
  assert.equal(await t.text("k"), "one");
});

Deno.test("deleting what is not there adds a marker in a versioned bucket", async () => {
  await using t = await versioned();

  await t.engine.objects.delete({ bucket: "b", key: "k" }, ann);
  await t.engine.objects.delete({ bucket: "b", key: "k" }, ann);

  assert.deepEqual(await shown(t), ["k - *", "k -"]);
});

Deno.test("removing the newest version makes the one before it current; removing one that is gone succeeds", async () => {
  await using t = await versioned();
  await t.put("k", "one");
  const two = await t.put("k", "two");
  const name = { bucket: "b", key: "k", versionId: two.versionId };

  await t.engine.objects.delete(name, ann);
  const again = await t.engine.objects.delete(name, ann);

  assert.deepEqual(again, { deleteMarker: false, versionId: two.versionId });
  assert.deepEqual(await shown(t), ["k one *"]);
  assert.equal(await t.text("k"), "one");
});

Deno.test("an object from before versioning is its null version, and stays when others come", async () => {
  await using t = await TestEngine.open();
  await t.put("k", "old");
  await t.engine.buckets.setVersioning("b", "enabled");

  await t.put("k", "new");

  assert.deepEqual(await shown(t), ["k new *", "k old null"]);
  assert.equal(await t.text("k", { versionId: "null" }), "old");
  assert.deepEqual(await t.engine.objects.delete({ bucket: "b", key: "k", versionId: "null" }, ann), {
    deleteMarker: false,
    versionId: "null",
  });
  assert.deepEqual(await shown(t), ["k new *"]);
});

Deno.test("with versioning suspended a put replaces the null version only, wherever in the order it was", async () => {
  await using t = await TestEngine.open();
  await t.put("k", "null1");
  await t.engine.buckets.setVersioning("b", "enabled");
  await t.put("k", "v1");
  await t.engine.buckets.setVersioning("b", "suspended");

  const put = await t.put("k", "null2");

  assert.equal(put.versionId, "null");
  assert.deepEqual(await shown(t), ["k null2 null *", "k v1"]);
  await t.put("k", "null3");
  assert.deepEqual(await shown(t), ["k null3 null *", "k v1"]);
});

Deno.test("with versioning suspended a delete puts a null marker in place of the null version", async () => {
  await using t = await versioned();
  await t.put("k", "v1");
  await t.engine.buckets.setVersioning("b", "suspended");
  await t.put("k", "null1");

  const deleted = await t.engine.objects.delete({ bucket: "b", key: "k" }, ann);

  assert.deepEqual(deleted, { deleteMarker: true, versionId: "null" });
  assert.deepEqual(await shown(t), ["k - null *", "k v1"]);
  await t.engine.buckets.setVersioning("b", "enabled");
  await t.put("k", "v2");
  assert.deepEqual(await shown(t), ["k v2 *", "k - null", "k v1"]);
});

Deno.test("a put over a delete marker counts as one where nothing is", async () => {
  await using t = await versioned();
  await t.put("k", "one");
  await t.engine.objects.delete({ bucket: "b", key: "k" }, ann);

  await assert.rejects(t.put("k", "x", { precondition: { ifMatch: "*" } }), code("no_such_key"));
  await t.put("k", "two", { precondition: { ifNoneMatch: "*" } });

  assert.equal(await t.text("k"), "two");
});

Deno.test("a delete by version holds its precondition against that version", async () => {
  await using t = await versioned();
  const one = await t.put("k", "one");
  await t.put("k", "two");
  const remove = (etag: string) =>
    t.engine.objects.delete({ bucket: "b", key: "k", versionId: one.versionId }, {
      owner: "ann",
      precondition: { ifMatch: [etag] },
    });

  await assert.rejects(remove("two"), code("precondition_failed"));
  await remove("one");

  assert.deepEqual(await shown(t), ["k two *"]);
});

Deno.test("a delete with a precondition over a marker fails unless any will do", async () => {
  await using t = await versioned();
  await t.engine.objects.delete({ bucket: "b", key: "k" }, ann);
  const remove = (precondition: object) =>
    t.engine.objects.delete({ bucket: "b", key: "k" }, { owner: "ann", precondition });

  await assert.rejects(remove({ ifMatch: ["x"] }), code("precondition_failed"));
  await assert.rejects(remove({ ifMatchSize: 9 }), code("precondition_failed"));
  await remove({ ifMatch: "*" });

  assert.equal((await shown(t)).length, 2);
});

Deno.test("versions are listed page by page without gap or repeat, whatever the page size", async () => {
  await using t = await versioned();
  for (const key of ["a", "b/1", "b/2", "c"]) {
    for (let index = 0; index < 3; index++) await t.put(key, `${key}${index}`);
  }
  await t.engine.objects.delete({ bucket: "b", key: "b/1" }, ann);
  const all = await shown(t);
  assert.equal(all.length, 13);

  for (let limit = 1; limit <= 14; limit++) {
    const paged: string[] = [];
    let next: { keyMarker?: string; versionIdMarker?: string } | undefined = {};
    while (next !== undefined) {
      const page: Awaited<ReturnType<typeof t.engine.objects.listVersions>> = await t.engine.objects
        .listVersions("b", { limit, ...next });
      assert.ok(page.versions.length <= limit);
      paged.push(...(await shown(t, { limit, ...next })));
      next = page.next;
    }
    assert.deepEqual(paged, all, `pages of ${limit}`);
  }
});

Deno.test("versions under a delimiter are rolled up, and pages go on after a common prefix", async () => {
  await using t = await versioned();
  for (const key of ["a", "b/1", "b/2", "c/1", "d"]) await t.put(key, key);
  const first = await t.engine.objects.listVersions("b", { limit: 2, delimiter: "/" });
  const second = await t.engine.objects.listVersions("b", { limit: 2, delimiter: "/", ...first.next });

  assert.deepEqual(first.versions.map((v) => v.key), ["a"]);
  assert.deepEqual(first.commonPrefixes, ["b/"]);
  assert.deepEqual(second.versions.map((v) => v.key), ["d"]);
  assert.deepEqual(second.commonPrefixes, ["c/"]);
  assert.equal(second.next, undefined);
});

Deno.test("a page of versions goes on after a version that was removed meanwhile", async () => {
  await using t = await versioned();
  for (let index = 0; index < 4; index++) await t.put("k", `v${index}`);
  const page = await t.engine.objects.listVersions("b", { limit: 2 });
  await t.engine.objects.delete(
    { bucket: "b", key: "k", versionId: page.next!.versionIdMarker! },
    ann,
  );

  assert.deepEqual(await shown(t, page.next), ["k v1", "k v0"]);
});

Deno.test("usage counts objects, versions and bytes as they come and go", async () => {
  await using t = await versioned();
  const usage = () => t.engine.buckets.usage("b");
  const one = await t.put("k", "12345");
  await t.put("k", "123");
  await t.put("l", "1");
  assert.deepEqual(await usage(), { objects: 2, versions: 3, bytes: 9 });

  await t.engine.objects.delete({ bucket: "b", key: "k" }, ann);
  assert.deepEqual(await usage(), { objects: 1, versions: 4, bytes: 9 });

  await t.engine.objects.delete({ bucket: "b", key: "k", versionId: one.versionId }, ann);
  assert.deepEqual(await usage(), { objects: 1, versions: 3, bytes: 4 });
});
