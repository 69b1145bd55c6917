import assert from "node:assert/strict";
import { TestEngine } from "../../../tests/support/object_engine.ts";
import type { Retention } from "../object_engine.ts";
import { ObjectEngineError } from "./engine_error.ts";

const code = (expected: string) => (error: unknown) =>
  error instanceof ObjectEngineError && error.code === expected ||
  assert.fail(`expected ${expected}, got ${error}`);

const DAY = 24 * 60 * 60 * 1000;

async function locked(): Promise<TestEngine> {
  const t = await TestEngine.open();
  await t.engine.buckets.create({ name: "l", owner: "ann", objectLock: true });
  return t;
}

function remove(t: TestEngine, versionId: string, bypassGovernance = false) {
  return t.engine.objects.delete({ bucket: "l", key: "k", versionId }, { owner: "ann", bypassGovernance });
}

Deno.test("a bucket with object lock has versioning, which cannot be suspended", async () => {
  await using t = await locked();

  assert.equal((await t.engine.buckets.stat("l")).versioning, "enabled");
  assert.deepEqual((await t.engine.buckets.stat("l")).objectLock, {});
  await assert.rejects(t.engine.buckets.setVersioning("l", "suspended"), code("bucket_state_invalid"));
});

Deno.test("object lock can be turned on later, where versioning is enabled", async () => {
  await using t = await locked();

  await assert.rejects(t.engine.buckets.setObjectLock("b", {}), code("bucket_state_invalid"));
  await t.engine.buckets.setVersioning("b", "enabled");
  const bucket = await t.engine.buckets.setObjectLock("b", {
    defaultRetention: { mode: "GOVERNANCE", days: 1 },
  });

  assert.deepEqual(bucket.objectLock, { defaultRetention: { mode: "GOVERNANCE", days: 1 } });
  assert.deepEqual(await t.engine.buckets.stat("b"), bucket);
});

Deno.test("a version in compliance mode is not removed until its time has come, bypass or not", async () => {
  await using t = await locked();
  const retention: Retention = { mode: "COMPLIANCE", until: t.now + DAY };
  const { versionId } = await t.put("k", "v", { bucket: "l", retention });

  await assert.rejects(remove(t, versionId), code("locked"));
  await assert.rejects(remove(t, versionId, true), code("locked"));
  assert.equal(await t.text("k", { bucket: "l" }), "v");
  t.now += DAY;
  await remove(t, versionId);

  assert.deepEqual(await t.keys("l"), []);
});

Deno.test("a version in governance mode is removed only with the bypass", async () => {
  await using t = await locked();
  const retention: Retention = { mode: "GOVERNANCE", until: t.now + DAY };
  const { versionId } = await t.put("k", "v", { bucket: "l", retention });

  await assert.rejects(remove(t, versionId), code("locked"));
  await remove(t, versionId, true);

  assert.deepEqual(await t.keys("l"), []);
});

Deno.test("a delete without a version hides a locked object behind a marker, and a put adds a version", async () => {
  await using t = await locked();
  const retention: Retention = { mode: "COMPLIANCE", until: t.now + DAY };
  const { versionId } = await t.put("k", "v", { bucket: "l", retention, legalHold: true });

  await t.engine.objects.delete({ bucket: "l", key: "k" }, { owner: "ann" });
  await t.put("k", "other", { bucket: "l" });

  assert.equal(await t.text("k", { bucket: "l", versionId }), "v");
});

Deno.test("a legal hold binds until it is lifted, with the bypass too", async () => {
  await using t = await locked();
  const { versionId } = await t.put("k", "v", { bucket: "l", legalHold: true });

  await assert.rejects(remove(t, versionId, true), code("locked"));
  const lifted = await t.engine.objects.setLegalHold({ bucket: "l", key: "k", versionId }, false);
  assert.equal(lifted.legalHold, false);
  await remove(t, versionId);

  assert.deepEqual(await t.keys("l"), []);
});

Deno.test("the bucket's default retention is given to what is stored without one of its own", async () => {
  await using t = await locked();
  await t.engine.buckets.setObjectLock("l", { defaultRetention: { mode: "GOVERNANCE", days: 2 } });

  const plain = await t.put("k", "v", { bucket: "l" });
  const own = await t.put("k", "v", { bucket: "l", retention: { mode: "COMPLIANCE", until: t.now + DAY } });
  await t.engine.buckets.setObjectLock("l", { defaultRetention: { mode: "COMPLIANCE", years: 1 } });
  const years = await t.put("k", "v", { bucket: "l" });

  assert.deepEqual(plain.retention, { mode: "GOVERNANCE", until: t.now + 2 * DAY });
  assert.deepEqual(own.retention, { mode: "COMPLIANCE", until: t.now + DAY });
  assert.deepEqual(years.retention, { mode: "COMPLIANCE", until: t.now + 365 * DAY });
});

const CHANGES: readonly [
  string,
  Retention["mode"],
  number,
  Retention["mode"] | undefined,
  number,
  boolean,
  boolean,
][] = [
  ["longer, governance", "GOVERNANCE", 2, "GOVERNANCE", 3, false, true],
  ["shorter, governance", "GOVERNANCE", 2, "GOVERNANCE", 1, false, false],
  ["shorter, governance with bypass", "GOVERNANCE", 2, "GOVERNANCE", 1, true, true],
  ["lifted, governance", "GOVERNANCE", 2, undefined, 0, false, false],
  ["lifted, governance with bypass", "GOVERNANCE", 2, undefined, 0, true, true],
  ["to compliance", "GOVERNANCE", 2, "COMPLIANCE", 3, false, false],
  ["to compliance with bypass", "GOVERNANCE", 2, "COMPLIANCE", 3, true, true],
  ["longer, compliance", "COMPLIANCE", 2, "COMPLIANCE", 3, false, true],
  ["shorter, compliance with bypass", "COMPLIANCE", 2, "COMPLIANCE", 1, true, false],
  ["to governance with bypass", "COMPLIANCE", 2, "GOVERNANCE", 3, true, false],
  ["lifted, compliance with bypass", "COMPLIANCE", 2, undefined, 0, true, false],
];

for (const [what, mode, days, newMode, newDays, bypassGovernance, allowed] of CHANGES) {
  Deno.test(`a retention is ${allowed ? "" : "not "}changed: ${what}`, async () => {
    await using t = await locked();
    const before: Retention = { mode, until: t.now + days * DAY };
    const after: Retention | undefined = newMode && { mode: newMode, until: t.now + newDays * DAY };
    await t.put("k", "v", { bucket: "l", retention: before });
    const name = { bucket: "l", key: "k" };

    const change = t.engine.objects.setRetention(name, after, { bypassGovernance });

    if (allowed) await change;
    else await assert.rejects(change, code("locked"));
    assert.deepEqual((await t.engine.objects.stat(name)).retention, allowed ? after : before);
  });
}

Deno.test("in a bucket without object lock nothing is locked", async () => {
  await using t = await locked();
  await t.put("k", "v");
  const retention: Retention = { mode: "GOVERNANCE", until: t.now + DAY };

  await assert.rejects(t.put("k", "w", { retention }), code("lock_not_enabled"));
  await assert.rejects(t.put("k", "w", { legalHold: true }), code("lock_not_enabled"));
  await assert.rejects(
    t.engine.objects.setLegalHold({ bucket: "b", key: "k" }, true),
    code("lock_not_enabled"),
  );

  assert.equal(await t.text("k"), "v");
});

Deno.test("tags of a version are set and emptied, of older versions too", async () => {
  await using t = await locked();
  const one = await t.put("k", "one", { bucket: "l", metadata: { colour: "red" } });
  await t.put("k", "two", { bucket: "l" });
  const name = { bucket: "l", key: "k", versionId: one.versionId };

  await t.engine.objects.setTags(name, [{ key: "a", value: "b" }]);
  assert.deepEqual((await t.engine.objects.stat(name)).tags, [{ key: "a", value: "b" }]);
  assert.deepEqual((await t.engine.objects.stat(name)).metadata, { colour: "red" });
  assert.deepEqual((await t.engine.objects.stat({ bucket: "l", key: "k" })).tags, []);
  await t.engine.objects.setTags(name, []);

  assert.deepEqual((await t.engine.objects.stat(name)).tags, []);
});
