import assert from "node:assert/strict";
import { openMemoryStore } from "../../tests/support/memory_store.ts";
import { FaultyStorage } from "../../tests/support/faulty_storage.ts";
import type { AeroError } from "../errors.ts";
import { digestOf } from "../format/digest_of.ts";
import { MEDIA_TYPE } from "../model/descriptor.ts";
import { parseArtifactReference } from "../model/name.ts";
import { bytesBody, parseStorageKey } from "../plugin/storage.ts";
import { ArtifactCatalog } from "./artifacts.ts";
import type { Store } from "./store.ts";

async function add(store: Store, content: string, name = "counts") {
  const manifest = await store.putBytes(new TextEncoder().encode(content), MEDIA_TYPE.manifest);
  return await new ArtifactCatalog(store).addVersion({
    project: "bikes",
    name,
    manifest,
    files: 1,
    bytes: 5,
    origin: { kind: "added", by: "ada", host: "desk", path: "data" },
    createdAt: 1_800_000_000_000,
  });
}

const resolve = (store: Store, reference: string) =>
  new ArtifactCatalog(store).resolve(parseArtifactReference(reference, "bikes"));

const report = (code: string, pattern: RegExp) => (error: unknown) => {
  const { code: found, report } = error as { code: string; report: { why: string; fix?: string[] } };
  assert.match([report.why, ...(report.fix ?? [])].join(" | "), pattern);
  return found === code;
};

Deno.test("labels count from v1, and content that has a label keeps it", async () => {
  await using test = await openMemoryStore();

  const added = [];
  for (const content of ["one", "two", "two", "one", "three"]) added.push(await add(test.store, content));

  assert.deepEqual(added.map(({ label, added }) => [label.number, added]), [
    [1, true],
    [2, true],
    [2, false],
    [1, false],
    [3, true],
  ]);
  const labels = await new ArtifactCatalog(test.store).labels("bikes", "counts");
  assert.deepEqual(labels.map(({ number }) => number), [1, 2, 3]);
});

Deno.test("twenty writers at once get twenty labels", async () => {
  await using test = await openMemoryStore();

  const added = await Promise.all(Array.from({ length: 20 }, (_, i) => add(test.store, `content ${i}`)));

  const numbers = added.map(({ label }) => label.number!).sort((a, b) => a - b);
  assert.deepEqual(numbers, Array.from({ length: 20 }, (_, i) => i + 1));
});

Deno.test("a manifest that is not stored gets no label", async () => {
  await using test = await openMemoryStore();
  const manifest = { mediaType: MEDIA_TYPE.manifest, digest: digestOf("absent"), size: 6 };

  const adding = new ArtifactCatalog(test.store).addVersion({
    project: "bikes",
    name: "counts",
    manifest,
    files: 0,
    bytes: 0,
    origin: { kind: "added", by: "ada", host: "desk", path: "data" },
    createdAt: 0,
  });

  await assert.rejects(adding, TypeError);
  assert.deepEqual(await new ArtifactCatalog(test.store).names(), []);
});

Deno.test("a reference finds its label by number, alias, digest and newest", async () => {
  await using test = await openMemoryStore();
  const { label } = await add(test.store, "one");
  await add(test.store, "two");
  await new ArtifactCatalog(test.store).setAlias({
    project: "bikes",
    artifact: "counts",
    alias: "good",
    number: 1,
    movedAt: 1_800_000_000_000,
  });

  const found = [];
  for (const version of ["", ":latest", ":v1", "@good", `:${label.manifest.digest.slice(7, 15)}`]) {
    found.push((await resolve(test.store, `counts${version}`)).number);
  }

  assert.deepEqual(found, [2, 2, 1, 1, 1]);
});

Deno.test("a reference that finds nothing says what there is", async () => {
  await using test = await openMemoryStore();
  await add(test.store, "one");

  await assert.rejects(resolve(test.store, "count"), report("artifact_not_found", /`counts` is the nearest/));
  await assert.rejects(resolve(test.store, "trees/counts"), report("artifact_not_found", /`bikes\/counts`/));
  await assert.rejects(resolve(test.store, "counts:v7"), report("label_not_found", /newest version is v1/));
  await assert.rejects(resolve(test.store, "counts@best"), report("alias_not_found", /it has no alias/));
  await assert.rejects(resolve(test.store, "counts:abcdef123"), report("digest_not_found", /none of its 1/));
});

Deno.test("labels that were read once are not read again", async () => {
  let counting!: FaultyStorage;
  await using test = await openMemoryStore((storage) => counting = new FaultyStorage(storage));
  for (const content of ["one", "two", "three"]) await add(test.store, content);
  const catalog = new ArtifactCatalog(test.store);
  await catalog.labels("bikes", "counts");
  const before = counting.calls.get;

  await catalog.labels("bikes", "counts");

  assert.equal(counting.calls.get, before);
});

Deno.test("names are those of one project, or of all", async () => {
  await using test = await openMemoryStore();
  await add(test.store, "one", "weather");
  await add(test.store, "two", "counts");

  const catalog = new ArtifactCatalog(test.store);

  assert.deepEqual((await catalog.names("bikes")).map(({ name }) => name), ["counts", "weather"]);
  assert.deepEqual(await catalog.names("bike"), []);
  assert.equal((await catalog.names()).length, 2);
});

Deno.test("a label that cannot be read is told of by its key", async () => {
  await using test = await openMemoryStore();
  const key = parseStorageKey("artifacts/bikes/counts/v7.json");
  await test.storage.put(key, bytesBody(new TextEncoder().encode("{}")));

  await assert.rejects(
    new ArtifactCatalog(test.store).labels("bikes", "counts"),
    (error: AeroError) =>
      error.code === "label_invalid" && error.report.why!.startsWith(`${key} in the storage: `),
  );
});
