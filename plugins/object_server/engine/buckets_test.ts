import assert from "node:assert/strict";
import { TestEngine } from "../../../tests/support/object_engine.ts";
import { ObjectEngineError } from "./engine_error.ts";
import { openDiskAccounts } from "./open_accounts.ts";
import { openObjectEngine } from "./open_engine.ts";

const code = (expected: string) => (error: unknown) =>
  error instanceof ObjectEngineError && error.code === expected ||
  assert.fail(`expected ${expected}, got ${error}`);

Deno.test("a bucket is created once, and who has it is told", async () => {
  await using t = await TestEngine.open();
  const { buckets } = t.engine;

  const bucket = await buckets.create({ name: "c", owner: "bob", objectLock: false });

  assert.deepEqual(bucket, {
    name: "c",
    owner: "bob",
    createdAt: t.now,
    versioning: "unversioned",
    holds: "objects",
  });
  assert.deepEqual(await buckets.stat("c"), bucket);
  await assert.rejects(buckets.create({ name: "c", owner: "ann", objectLock: false }), (error) => {
    assert.ok(error instanceof ObjectEngineError && error.code === "bucket_exists");
    assert.equal(error.details.owner, "bob");
    return true;
  });
});

Deno.test("buckets are listed by name, from a place and with a prefix", async () => {
  await using t = await TestEngine.open();
  for (const name of ["ab", "c", "aa"]) {
    await t.engine.buckets.create({ name, owner: "ann", objectLock: false });
  }
  const names = async (options?: object) =>
    (await t.engine.buckets.list(options)).map((bucket) => bucket.name);

  assert.deepEqual(await names(), ["aa", "ab", "b", "c"]);
  assert.deepEqual(await names({ after: "ab", limit: 1 }), ["b"]);
  assert.deepEqual(await names({ prefix: "a" }), ["aa", "ab"]);
});

Deno.test("only a bucket without objects, versions and markers is deleted, and what it had goes with it", async () => {
  await using t = await TestEngine.open();
  const { buckets, objects } = t.engine;
  await buckets.setDocument("b", "cors", "text");
  await buckets.setVersioning("b", "enabled");
  const { versionId } = await t.put("k", "v");
  const marker = await objects.delete({ bucket: "b", key: "k" }, { owner: "ann" });

  await assert.rejects(buckets.delete("b"), code("bucket_not_empty"));
  await objects.delete({ bucket: "b", key: "k", versionId }, { owner: "ann" });
  await assert.rejects(buckets.delete("b"), code("bucket_not_empty"));
  await objects.delete({ bucket: "b", key: "k", versionId: marker.versionId! }, { owner: "ann" });
  await buckets.delete("b");

  await assert.rejects(buckets.stat("b"), code("no_such_bucket"));
  await assert.rejects(buckets.delete("b"), code("no_such_bucket"));
  await buckets.create({ name: "b", owner: "ann", objectLock: false });
  assert.equal(await buckets.document("b", "cors"), undefined);
  assert.equal((await buckets.stat("b")).versioning, "unversioned");
});

Deno.test("an object that was begun before its bucket was deleted is refused", async () => {
  await using t = await TestEngine.open();
  await using write = await t.engine.beginWrite("b");
  await t.engine.buckets.delete("b");

  const put = { bucket: "b", key: "k", attributes: await attributes(t) };
  await assert.rejects(write.commitObject(put), code("no_such_bucket"));
});

async function attributes(t: TestEngine) {
  await t.engine.buckets.create({ name: "other", owner: "ann", objectLock: false });
  return await t.put("k", "v", { bucket: "other" });
}

Deno.test("documents of a bucket are kept, replaced and dropped by kind", async () => {
  await using t = await TestEngine.open();
  const { buckets } = t.engine;
  assert.equal(await buckets.document("b", "cors"), undefined);

  await buckets.setDocument("b", "cors", "one");
  await buckets.setDocument("b", "tagging", "tags");
  await buckets.setDocument("b", "cors", "two");
  await t.reopen();
  assert.equal(await t.engine.buckets.document("b", "cors"), "two");
  await t.engine.buckets.setDocument("b", "cors", undefined);

  assert.equal(await t.engine.buckets.document("b", "cors"), undefined);
  assert.equal(await t.engine.buckets.document("b", "tagging"), "tags");
  await assert.rejects(t.engine.buckets.document("none", "cors"), code("no_such_bucket"));
});

Deno.test("a second engine on the same directory is refused, and the first goes on", async () => {
  await using t = await TestEngine.open();

  await assert.rejects(
    openObjectEngine({ directory: t.directory, now: () => new Date() }),
    (error) =>
      error instanceof ObjectEngineError && error.code === "unavailable" && /another/.test(error.message),
  );

  await t.put("k", "v");
  assert.deepEqual(await t.keys(), ["k"]);
});

Deno.test("a user has keys and grants, and neither printing nor JSON shows a secret", async () => {
  await using t = await TestEngine.open();
  const { accounts } = t.engine;
  const grants = [{ bucket: "b", prefix: "p/", access: "write" as const }];

  const user = await accounts.createUser({ name: "bob", grants });
  await accounts.addKey({ user: "bob", id: "AK1", secret: "verysecret" });
  await t.reopen();

  const found = (await t.engine.accounts.find("AK1"))!;
  assert.deepEqual(found.user, user);
  assert.equal(found.key.secret.reveal(), "verysecret");
  assert.doesNotMatch(Deno.inspect(found, { depth: 9 }) + JSON.stringify(found), /verysecret/);
  assert.equal(await t.engine.accounts.find("AK2"), undefined);
  assert.deepEqual((await t.engine.accounts.keys("bob")).map((key) => key.id), ["AK1"]);
  assert.deepEqual(await t.engine.accounts.users(), [user]);
});

Deno.test("keys go with their user, and what is taken or missing is told by its own code", async () => {
  await using t = await TestEngine.open();
  const { accounts } = t.engine;
  await accounts.createUser({ name: "bob", grants: [] });
  await accounts.addKey({ user: "bob", id: "AK1", secret: "s" });

  await assert.rejects(accounts.createUser({ name: "bob", grants: [] }), code("user_exists"));
  await assert.rejects(accounts.addKey({ user: "bob", id: "AK1", secret: "s" }), code("key_exists"));
  await assert.rejects(accounts.addKey({ user: "eve", id: "AK2", secret: "s" }), code("no_such_user"));
  await assert.rejects(accounts.setGrants("eve", []), code("no_such_user"));
  await assert.rejects(accounts.deleteKey("AK9"), code("no_such_key_id"));
  const grants = [{ bucket: "*", prefix: "", access: "read" as const }];
  assert.deepEqual((await accounts.setGrants("bob", grants)).grants, grants);
  await accounts.deleteUser("bob");

  assert.equal(await accounts.find("AK1"), undefined);
  await assert.rejects(accounts.deleteUser("bob"), code("no_such_user"));
});

Deno.test("users that are changed past a running engine are seen at once, and changes of both are kept", async () => {
  await using t = await TestEngine.open();
  const other = openDiskAccounts(t.directory, () => t.now);
  try {
    await Promise.all([
      other.accounts.createUser({ name: "bob", grants: [] }),
      ...Array.from({ length: 20 }, (_, index) => t.put(`k${index}`, "v")),
    ]);
    await other.accounts.addKey({ user: "bob", id: "AK1", secret: "s" });
  } finally {
    other.dispose();
  }

  assert.equal((await t.engine.accounts.find("AK1"))?.user.name, "bob");
  await t.put("after", "v");
  assert.equal((await t.keys()).length, 21);
});
