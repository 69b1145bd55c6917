import assert from "node:assert/strict";
import { ClockedStores } from "../../tests/support/clocked_store.ts";
import { CutStorage } from "../../tests/support/cut_storage.ts";
import { findingsOf, spoil } from "../../tests/support/memory_store.ts";
import { ScheduledStorage } from "../../tests/support/scheduled_storage.ts";
import type { AeroError } from "../errors.ts";
import { MEDIA_TYPE } from "../model/descriptor.ts";
import type { RelativePath } from "../model/relative_path.ts";
import { parseStorageKey, type Storage } from "../plugin/storage.ts";
import { ArtifactCatalog } from "./artifacts.ts";
import { objectKey } from "./keys.ts";
import { type MigrateOptions, migrateStore } from "./migrate_store.ts";
import type { Store } from "./store.ts";
import { putManifest } from "./tree.ts";

async function addVersion(store: Store, fill: number): Promise<void> {
  const contents = [600_000, 1000, 2000].map((size) => new Uint8Array(size).fill(fill));
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
    files: 3,
    bytes: 0,
    origin: { kind: "added", by: "ada", host: "desk", path: "data" },
    createdAt: fill,
  });
}

async function alias(store: Store, number: number, movedAt: number): Promise<void> {
  await new ArtifactCatalog(store).setAlias({
    project: "bikes",
    artifact: "counts",
    alias: "best",
    number,
    movedAt,
  });
}

class Pair implements AsyncDisposable {
  readonly old = new ClockedStores();
  readonly fresh = new ClockedStores();

  async migrate(
    wrap: { from?: (storage: Storage) => Storage; to?: (storage: Storage) => Storage } = {},
    options: MigrateOptions = {},
  ) {
    const migration = migrateStore(await this.old.open(wrap.from), await this.fresh.open(wrap.to), options);
    const events: string[] = [];
    let next = await migration.next();
    for (; !next.done; next = await migration.next()) {
      events.push(next.value.event === "damaged" ? next.value.key : `lacks ${next.value.finding.key}`);
    }
    return { sum: next.value, events };
  }

  /** All keys but the marker's, with their bytes, are the same in both. */
  assertSame(): void {
    const bytesOf = (stores: ClockedStores) =>
      [...stores.objects].map(([key, { bytes }]) => [key, bytes.toHex()]).sort();
    assert.deepEqual(bytesOf(this.fresh), bytesOf(this.old));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.old[Symbol.asyncDispose]();
    await this.fresh[Symbol.asyncDispose]();
  }
}

Deno.test("a store is copied whole, and again only what has come since", async () => {
  await using pair = new Pair();
  const store = await pair.old.open();
  for (const fill of [1, 2]) await addVersion(store, fill);
  await alias(store, 1, 5);
  const before = new Map(pair.old.objects);

  const first = await pair.migrate();
  assert.deepEqual(pair.old.objects, before);
  pair.assertSame();
  await addVersion(store, 3);
  await alias(store, 3, 6);
  const second = await pair.migrate({}, { verify: true });
  pair.assertSame();
  const third = await pair.migrate();

  assert.deepEqual([first.sum.objects, first.sum.names], [6, 3]);
  assert.deepEqual([second.sum.objects, second.sum.objectsPresent, second.sum.names], [3, 6, 2]);
  assert.deepEqual([third.sum.objects, third.sum.names], [0, 0]);
  assert.deepEqual([...first.events, ...second.events, ...third.events], []);
});

Deno.test("labels that stand for other content there are refused by name, and nothing is copied", async () => {
  await using pair = new Pair();
  await addVersion(await pair.old.open(), 1);
  await addVersion(await pair.fresh.open(), 2);
  const before = new Map(pair.fresh.objects);

  await assert.rejects(
    pair.migrate(),
    (error: AeroError) =>
      error.code === "names_conflict" && error.report.why!.includes("artifacts/bikes/counts/v1.json"),
  );

  assert.deepEqual(pair.fresh.objects, before);
});

Deno.test("an alias that was moved later over there stays there", async () => {
  await using pair = new Pair();
  for (const stores of [pair.old, pair.fresh]) await addVersion(await stores.open(), 1);
  await alias(await pair.old.open(), 1, 5);
  await alias(await pair.fresh.open(), 1, 9);

  await pair.migrate();

  const [moved] = await new ArtifactCatalog(await pair.fresh.open()).aliases("bikes", "counts");
  assert.equal(moved!.movedAt, 9);
});

Deno.test("what is damaged is not copied, and is told of with what lacks it", async () => {
  await using pair = new Pair();
  const store = await pair.old.open();
  await addVersion(store, 1);
  const [large] = pair.old.keys("objects/").filter((key) =>
    pair.old.objects.get(parseStorageKey(key))!.bytes.length > 500_000
  );
  await spoil(store.storage, parseStorageKey(large!), (bytes) => bytes.with(599_999, 7));

  const { events } = await pair.migrate();

  assert.equal(events[0], large);
  assert.ok(events[1]!.startsWith("lacks sha256:"), events.join());
  assert.deepEqual(pair.fresh.keys(large!), []);
});

Deno.test("a pack whose index tells of other bytes is not copied", async () => {
  await using pair = new Pair();
  const store = await pair.old.open();
  await addVersion(store, 1);
  const [pack] = pair.old.keys("packs/");
  await spoil(store.storage, parseStorageKey(pack!), (bytes) => bytes.with(10, 7));

  assert.equal((await pair.migrate()).events[0], pack);
  assert.deepEqual(pair.fresh.keys("packs/"), []);
});

Deno.test("what comes to the old store while it is copied is copied too", async () => {
  await using pair = new Pair();
  const store = await pair.old.open();
  await addVersion(store, 1);
  let came = false;
  const from = (storage: Storage) =>
    new ScheduledStorage(storage, async (call) => {
      if (came || !call.startsWith("get packs/")) return;
      came = true;
      await addVersion(store, 2);
    });

  const { events } = await pair.migrate({ from });

  assert.ok(came);
  assert.deepEqual(events, []);
  pair.assertSame();
});

Deno.test("what is condemned over there is put elsewhere", async () => {
  await using pair = new Pair();
  const garbage = await pair.fresh.open();
  const { digest } = await garbage.putBytes(new Uint8Array(600_000).fill(1), MEDIA_TYPE.file);
  pair.fresh.now += 2 * 86_400_000;
  const { collectGarbage } = await import("./collect_garbage.ts");
  for await (const _ of collectGarbage(await pair.fresh.open(), { now: () => pair.fresh.now }));
  await addVersion(await pair.old.open(), 1);

  const { events, sum } = await pair.migrate();

  assert.deepEqual(events, []);
  assert.equal(sum.objects, 3);
  assert.ok((await pair.fresh.open()).knowledge);
  const other = await pair.fresh.open();
  assert.ok(await other.has(digest, { lasting: true }));
  assert.ok((await other.catalog.condemned()).has(objectKey(digest)));
});

for (const side of ["from", "to"] as const) {
  Deno.test(`a migration that loses ${side} after any call leaves a valid store and goes on`, async () => {
    for (let last = 1;; last++) {
      await using pair = new Pair();
      const store = await pair.old.open();
      for (const fill of [1, 2]) await addVersion(store, fill);
      await alias(store, 2, 5);
      let failure: unknown;
      try {
        await pair.migrate({ [side]: (storage: Storage) => new CutStorage(storage, last) });
      } catch (error) {
        assert.equal((error as AeroError).code, "unavailable");
        failure = error;
      }

      assert.deepEqual(await findingsOf(await pair.fresh.open()), [], `after call ${last}`);
      await pair.migrate();
      pair.assertSame();
      if (failure === undefined) return assert.ok(last > 10);
    }
  });
}
