import assert from "node:assert/strict";
import { FaultyStorage } from "../../tests/support/faulty_storage.ts";
import { openMemoryStorage } from "../../tests/support/memory_storage.ts";
import { ScheduledStorage } from "../../tests/support/scheduled_storage.ts";
import { writeKeptImage } from "../format/image_format.ts";
import { MEDIA_TYPE } from "../model/descriptor.ts";
import type { Digest } from "../model/digest.ts";
import type { RelativePath } from "../model/relative_path.ts";
import { bytesBody } from "../plugin/storage.ts";
import { ArtifactCatalog } from "./artifacts.ts";
import { imageKey, objectKey } from "./keys.ts";
import type { ObjectSource } from "./object_sources.ts";
import { Outbox } from "./outbox.ts";
import { sendOutbox } from "./send_outbox.ts";
import { openStore } from "./store.ts";
import { putManifest } from "./tree.ts";
import { readAll } from "./verified_stream.ts";
import { OutboxStorage } from "./wrap/outbox.ts";

const IMAGE = `sha256:${"ab".repeat(32)}` as Digest;
const KEY = imageKey(IMAGE);
const bytesOf = (text: string) => new TextEncoder().encode(text);

/** A store whose storage is away from the beginning, until `comeBack`. */
async function openAway() {
  const directory = await Deno.makeTempDir();
  const hooks = { onPut: (_call: string) => Promise.resolve() };
  const remote = new ScheduledStorage(openMemoryStorage(), (call) => hooks.onPut(call));
  const held = openMemoryStorage();
  const faulty = new FaultyStorage(remote, [{ with: "unavailable" }]);
  const outbox = new Outbox({
    directory: `${directory}/outbox`,
    open: () => Promise.resolve(held),
    tryLock: (file) => file.tryLockSync(true),
  });
  const storage = await OutboxStorage.open({ remote: faulty, outbox, now: () => 0 });
  const store = await openStore({
    storage,
    index: `${directory}/index.db`,
    scratchDirectory: `${directory}/scratch`,
    signal: new AbortController().signal,
  });
  return {
    store,
    storage,
    remote,
    outbox,
    hooks,
    async comeBack() {
      faulty.faults = [];
      assert.ok(await storage.comeBack());
    },
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      await storage[Symbol.asyncDispose]();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

Deno.test("a document that is replaced while it is sent is sent by the next push", async () => {
  await using test = await openAway();
  const { store, storage, remote, outbox, hooks } = test;
  const config = await store.putBytes(bytesOf("{}"), MEDIA_TYPE.imageConfig);
  const manifest = await store.putBytes(
    bytesOf(JSON.stringify({ config, layers: [], mediaType: MEDIA_TYPE.imageManifest, schemaVersion: 2 })),
    MEDIA_TYPE.imageManifest,
  );
  const inventory = await store.putBytes(bytesOf("packages"), MEDIA_TYPE.inventory);
  const older = writeKeptImage({ schema: "aero/image@1", image: IMAGE, manifest });
  const newer = writeKeptImage({ schema: "aero/image@1", image: IMAGE, manifest, inventory });
  await storage.put(KEY, bytesBody(older));
  await test.comeBack();
  // Another process has looked into the image meanwhile.
  hooks.onPut = async (call) => {
    if (call !== `put ${KEY}`) return;
    hooks.onPut = () => Promise.resolve();
    await outbox.put(KEY, bytesBody(newer), {});
  };

  await sendOutbox(store);
  const waiting = (await outbox.content()).keys.map(({ key }) => key);
  await sendOutbox(store);

  assert.deepEqual(waiting, [KEY]);
  assert.deepEqual(await readAll(await remote.get(KEY)), newer);
  assert.deepEqual((await outbox.content()).keys, []);
});

Deno.test("what is lost here is had from where a copy of it is, and sent", async () => {
  await using test = await openAway();
  const { store, remote, outbox } = test;
  const large = new Uint8Array(2_000_000).fill(3);
  const file = await store.putBytes(large, MEDIA_TYPE.file);
  const manifest = await putManifest(store, {
    entries: [{
      kind: "file",
      path: "a" as RelativePath,
      size: file.size,
      digest: file.digest,
      executable: false,
    }],
  });
  await new ArtifactCatalog(store).addVersion({
    project: "p",
    name: "raw",
    manifest,
    files: 1,
    bytes: file.size,
    origin: { kind: "added", by: "ada", host: "desk", path: "a" },
    createdAt: 0,
  });
  await (await outbox.storage()).delete(objectKey(file.digest));
  await test.comeBack();
  const copies: ObjectSource = {
    name: "copies",
    open: ({ digest }) => Promise.resolve(digest === file.digest ? bytesBody(large).open() : undefined),
    document: () => Promise.resolve(undefined),
  };

  const without = await sendOutbox(store);
  const sent = await sendOutbox(store, { sources: [copies] });

  assert.deepEqual(without.incomplete.map(({ name, lost }) => [name, lost.map(({ digest }) => digest)]), [
    ['a version of "raw"', [file.digest]],
  ]);
  assert.deepEqual([sent.incomplete, sent.labels.map(({ artifact }) => artifact)], [[], ["raw"]]);
  assert.deepEqual(await readAll(await remote.get(objectKey(file.digest))), large);
});
