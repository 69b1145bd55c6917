import assert from "node:assert/strict";
import { bytesOf, FakeImageStore } from "../../tests/support/fake_image_store.ts";
import {
  LAYOUTS,
  type Members,
  tarOf,
  type TestImage,
  testImage,
  testLayer,
} from "../../tests/support/image_archive.ts";
import { AeroError, CorruptionError } from "../errors.ts";
import { readImageManifest } from "../format/image_manifest_format.ts";
import { digestHex } from "../model/digest.ts";
import { parseImageReference } from "../plugin/environment.ts";
import { keepImage, restoreImage } from "./images.ts";

const LARGE = testLayer(1), SMALL = testLayer(2, 1024);
const IMAGE = testImage(LARGE, SMALL, LARGE);
const podman = LAYOUTS["podman 4"]!;

const replaced = (members: Members, path: RegExp, content: Uint8Array | { link: string }): Members =>
  members.map(([name, was]) => [name, path.test(name) ? content : was]);
const refused = (code: string) => (error: unknown) => error instanceof AeroError && error.code === code;
const text = (value: string) => new TextEncoder().encode(value);

for (const [engine, layout] of Object.entries(LAYOUTS)) {
  Deno.test(`keepImage() stores config and layers of an archive as ${engine} writes it`, async () => {
    const store = new FakeImageStore();

    const manifest = await keepImage(store, tarOf(layout(IMAGE)), IMAGE.image);

    const { config, layers } = readImageManifest(await store.getBytes(manifest));
    assert.equal(config.digest, IMAGE.image);
    assert.deepEqual(layers.map((layer) => layer.digest), IMAGE.diffIds);
    assert.deepEqual(layers.map((layer) => layer.size), [LARGE.length, SMALL.length, LARGE.length]);
    assert.equal(config.size, IMAGE.config.length);
  });
}

Deno.test("keepImage() gives one manifest for the archives of all engines", async () => {
  const manifests = await Promise.all(
    Object.values(LAYOUTS).map((layout) =>
      keepImage(new FakeImageStore(), tarOf(layout(IMAGE)), IMAGE.image)
    ),
  );

  assert.equal(new Set(manifests.map((manifest) => manifest.digest)).size, 1);
});

Deno.test("keepImage() does not read a layer again that another image brought", async () => {
  const store = new FakeImageStore();
  const other = testImage(LARGE, testLayer(3));
  await keepImage(store, tarOf(podman(IMAGE)), IMAGE.image);
  const before = store.streams;

  await keepImage(store, tarOf(podman(other)), other.image);

  assert.equal(store.streams - before, 1);
  assert.equal(store.written.filter((digest) => digest === IMAGE.diffIds[0]).length, 1);
});

Deno.test("keepImage() takes gzipped layers and stores them plain", async () => {
  const store = new FakeImageStore();
  const zip = (layer: Uint8Array) =>
    bytesOf(
      ReadableStream.from([layer as Uint8Array<ArrayBuffer>]).pipeThrough(new CompressionStream("gzip")),
    );
  const image = testImage(testLayer(5, 3_000_000));
  const members = replaced(LAYOUTS["docker 20.10"]!(image), /layer\.tar$/, await zip(image.layers[0]!));

  const manifest = await keepImage(store, tarOf(members), image.image);

  assert.deepEqual(
    readImageManifest(await store.getBytes(manifest)).layers.map((l) => l.digest),
    image.diffIds,
  );
});

Deno.test("keepImage() refuses a layer whose gzip is damaged", async () => {
  const members = replaced(
    podman(IMAGE),
    new RegExp(`^${digestHex(IMAGE.diffIds[0]!)}`),
    LARGE.with(0, 0x1f).with(1, 0x8b),
  );

  await assert.rejects(
    keepImage(new FakeImageStore(), tarOf(members), IMAGE.image),
    refused("image_archive_invalid"),
  );
});

Deno.test("keepImage() refuses an archive of another image", async () => {
  const other = testImage(SMALL);

  await assert.rejects(
    keepImage(new FakeImageStore(), tarOf(podman(other)), IMAGE.image),
    refused("image_mismatch"),
  );
});

const HOSTILE: Record<string, (members: Members, image: TestImage) => Members> = {
  "without a manifest": (members) => members.filter(([path]) => path !== "manifest.json"),
  "without its config": (members, { image }) =>
    members.filter(([path]) => path !== `${digestHex(image)}.json`),
  "without a layer": (members, { diffIds }) =>
    members.filter(([path]) => path !== `${digestHex(diffIds[0]!)}.tar`),
  "with one byte of a large layer flipped": (members, { diffIds }) =>
    replaced(members, new RegExp(digestHex(diffIds[0]!)), LARGE.map((byte, i) => i === 9 ? byte ^ 1 : byte)),
  "with one byte of a small layer flipped": (members, { diffIds }) =>
    replaced(members, new RegExp(digestHex(diffIds[1]!)), SMALL.map((byte, i) => i === 9 ? byte ^ 1 : byte)),
  "with a layer that links out of it": (members, { diffIds }) =>
    replaced(members, new RegExp(digestHex(diffIds[0]!)), { link: "../../etc/passwd" }),
  "with a layer that links to itself": (members, { diffIds }) =>
    replaced(members, new RegExp(digestHex(diffIds[0]!)), { link: `${digestHex(diffIds[0]!)}.tar` }),
  "with a manifest that is no JSON": (members) => replaced(members, /^manifest/, text("{")),
  "with a manifest that is null": (members) => replaced(members, /^manifest/, text("[null]")),
  "with a layer too few": (members, { image }) =>
    replaced(
      members,
      /^manifest/,
      text(JSON.stringify([{ Config: `${digestHex(image)}.json`, Layers: [] }])),
    ),
  "with layers in another order": (members, { image, diffIds }) =>
    replaced(
      members,
      /^manifest/,
      text(JSON.stringify([{
        Config: `${digestHex(image)}.json`,
        Layers: [1, 0, 2].map((i) => `${digestHex(diffIds[i]!)}.tar`),
      }])),
    ),
};
for (const [how, change] of Object.entries(HOSTILE)) {
  Deno.test(`keepImage() refuses an archive ${how}, and names no image`, async () => {
    const store = new FakeImageStore();

    await assert.rejects(
      keepImage(store, tarOf(change(podman(IMAGE), IMAGE)), IMAGE.image),
      refused("image_archive_invalid"),
    );

    assert.ok(!store.objects.has(IMAGE.image), "the config is stored only once all layers are right");
  });
}

Deno.test("keepImage() refuses an archive that is cut or is no tar", async () => {
  const whole = await bytesOf(tarOf(podman(IMAGE)));

  for (const bytes of [whole.subarray(0, 700_000), text("no tar".repeat(500)), new Uint8Array()]) {
    await assert.rejects(
      keepImage(new FakeImageStore(), ReadableStream.from([bytes]), IMAGE.image),
      refused("image_archive_invalid"),
    );
  }
});

Deno.test("keepImage() gives the failure of the archive's own stream as it is", async () => {
  const fault = new CorruptionError("engine_gone", { what: "The engine is gone" });
  const whole = await bytesOf(tarOf(podman(IMAGE)));
  const broken = ReadableStream.from((function* () {
    yield whole.subarray(0, 700_000);
    throw fault;
  })());

  await assert.rejects(keepImage(new FakeImageStore(), broken, IMAGE.image), (error) => error === fault);
});

Deno.test("keepImage() that is aborted stops the archive and gives the reason", async () => {
  const whole = await bytesOf(tarOf(podman(IMAGE)));
  const controller = new AbortController();
  let cancelled = false;
  const archive = new ReadableStream<Uint8Array>({
    pull(stream) {
      stream.enqueue(whole.subarray(0, 600_000));
      controller.abort();
    },
    cancel: () => void (cancelled = true),
  }, { highWaterMark: 0 });

  await assert.rejects(
    keepImage(new FakeImageStore(), archive, IMAGE.image, { signal: controller.signal }),
    (error) => error === controller.signal.reason,
  );
  assert.ok(cancelled);
});

Deno.test("restoreImage() gives an archive that is the same image", async () => {
  const store = new FakeImageStore(), second = new FakeImageStore();
  const manifest = await keepImage(store, tarOf(podman(IMAGE)), IMAGE.image);

  const archive = restoreImage(store, manifest, { reference: parseImageReference("localhost/aero/x:y") });

  assert.deepEqual(await keepImage(second, archive, IMAGE.image), manifest);
});

Deno.test("restoreImage() of a damaged layer fails before the archive names an image", async () => {
  const store = new FakeImageStore();
  const manifest = await keepImage(store, tarOf(podman(IMAGE)), IMAGE.image);
  store.damage(IMAGE.diffIds[1]!, 100);
  const seen: Uint8Array[] = [];

  await assert.rejects(async () => {
    for await (const chunk of restoreImage(store, manifest)) seen.push(chunk);
  }, refused("object_corrupt"));

  const before = await new Blob(seen as BlobPart[]).text();
  assert.ok(before.includes(".json"), "the archive had begun");
  assert.ok(!before.includes("manifest.json"));
});
