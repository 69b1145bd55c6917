import assert from "node:assert/strict";
import { ClockedStores } from "../../tests/support/clocked_store.ts";
import { findingsOf, openMemoryStore, spoil } from "../../tests/support/memory_store.ts";
import { readRunAnnotation, readVersionAnnotation } from "../format/annotation_format.ts";
import { ArtifactCatalog } from "./artifacts.ts";
import { collectGarbage } from "./collect_garbage.ts";
import { migrateStore } from "./migrate_store.ts";
import { isClaimKey } from "./keys.ts";
import { RunArchive } from "./runs.ts";
import type { Store } from "./store.ts";
import { putManifest } from "./tree.ts";

const FORMATS = new URL("../../fixtures/formats/v1/", import.meta.url);
const OF_RUN = readRunAnnotation(Deno.readFileSync(new URL("run_annotation.json", FORMATS)));
const OF_VERSION = {
  ...readVersionAnnotation(Deno.readFileSync(new URL("version_annotation.json", FORMATS))),
  number: 1,
};
const MODEL = { project: "bikes", name: "model" };

const isCode = (code: string) => (error: unknown) => (error as { code: string }).code === code;

async function annotate(store: Store): Promise<void> {
  const catalog = new ArtifactCatalog(store);
  await catalog.addVersion({
    ...MODEL,
    manifest: await putManifest(store, { entries: [] }),
    files: 0,
    bytes: 0,
    origin: { kind: "added", by: "ada", host: "desk", path: "data" },
    createdAt: 0,
  });
  await catalog.annotate(OF_VERSION);
  await new RunArchive(store).putAnnotation("bikes", OF_RUN);
}

async function keysOf(store: Store): Promise<string[]> {
  return (await Array.fromAsync(store.storage.list(""))).map(({ key }) => key).filter((key) =>
    key.includes("annotations/")
  );
}

Deno.test("annotations come back as they were put, also twice, and are no versions", async () => {
  await using test = await openMemoryStore();
  const [catalog, archive] = [new ArtifactCatalog(test.store), new RunArchive(test.store)];
  for (let i = 0; i < 2; i++) await annotate(test.store);

  assert.deepEqual(await catalog.annotations(MODEL), [OF_VERSION]);
  assert.deepEqual(await catalog.annotations(MODEL, 1), [OF_VERSION]);
  assert.deepEqual(await catalog.annotations(MODEL, 2), []);
  assert.deepEqual(await archive.annotations("bikes", OF_RUN.run), [OF_RUN]);
  assert.deepEqual((await archive.history("bikes")).annotations, [OF_RUN]);
  assert.deepEqual((await catalog.labels("bikes", "model")).map(({ number }) => number), [1]);
  assert.deepEqual(await catalog.names(), [MODEL]);
  assert.deepEqual(await archive.listRuns(), []);
});

Deno.test("annotations are sound to a check, and keep no garbage from being collected", async () => {
  await using stores = new ClockedStores();
  const store = await stores.open();
  await annotate(store);

  assert.deepEqual(await findingsOf(store), []);
  assert.deepEqual(await Array.fromAsync(collectGarbage(store, { now: () => stores.now })), []);
});

Deno.test("an annotation of a version that is gone is found by a check", async () => {
  await using test = await openMemoryStore();
  await new ArtifactCatalog(test.store).annotate(OF_VERSION);

  const findings = await Array.fromAsync(test.store.check());

  assert.deepEqual(findings.map(({ kind, key }) => [kind, key]), [[
    "document_missing",
    "artifacts/bikes/model/v1.json",
  ]]);
});

Deno.test("an annotation with other bytes than its name says is told of by its key, and never believed", async () => {
  await using test = await openMemoryStore();
  const [catalog, archive] = [new ArtifactCatalog(test.store), new RunArchive(test.store)];
  await annotate(test.store);
  for (const key of await keysOf(test.store)) {
    await spoil(test.storage, key as never, (bytes) => {
      const text = new TextDecoder().decode(bytes);
      return new TextEncoder().encode(text.replace("figure 3", "figure 4"));
    });
  }

  await assert.rejects(catalog.annotations(MODEL), isCode("version_annotation_corrupt"));
  await assert.rejects(archive.annotations("bikes", OF_RUN.run), isCode("run_annotation_corrupt"));
  const findings = await Array.fromAsync(test.store.check());
  assert.deepEqual(findings.map(({ kind }) => kind), ["document_corrupt", "document_corrupt"]);
});

Deno.test("a migration copies annotations", async () => {
  await using old = new ClockedStores();
  await using fresh = new ClockedStores();
  const [from, to] = [await old.open(), await fresh.open()];
  await annotate(from);

  await Array.fromAsync(migrateStore(from, to));

  assert.equal((await keysOf(from)).length, 2);
  assert.deepEqual((await keysOf(to)).toSorted(), (await keysOf(from)).toSorted());
});

Deno.test("an annotation is no name that several writers may want", async () => {
  await using test = await openMemoryStore();
  await annotate(test.store);

  assert.deepEqual((await keysOf(test.store)).map(isClaimKey), [false, false]);
  assert.equal(isClaimKey("artifacts/bikes/model/v1.json"), true);
});
