import assert from "node:assert/strict";
import { openMemoryStore } from "../../tests/support/memory_store.ts";
import { ScheduledStorage } from "../../tests/support/scheduled_storage.ts";
import { digestOf } from "../format/digest_of.ts";
import { MEDIA_TYPE } from "../model/descriptor.ts";
import { parseRelativePath } from "../model/relative_path.ts";
import type { DataSource } from "../plugin/data_source.ts";
import { ImportedObjects, putImport } from "./imports.ts";
import { readAll } from "./verified_stream.ts";

const BYTES = new TextEncoder().encode("stays there");
const { signal } = new AbortController();

const SOURCE: DataSource = {
  keepsVersions: true,
  options: {},
  list: () => (async function* () {})(),
  open: () => Promise.resolve(new Blob([BYTES]).stream()),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

Deno.test("who looks for imported objects and gives up keeps nobody else from finding them", async () => {
  const asked = Promise.withResolvers<void>(), goOn = Promise.withResolvers<void>();
  await using test = await openMemoryStore((inner) =>
    new ScheduledStorage(inner, async (call) => {
      if (!call.startsWith("get imports/")) return;
      asked.resolve();
      await goOn.promise;
    })
  );
  const manifest = await test.store.putBytes(new Uint8Array(), MEDIA_TYPE.manifest);
  const digest = digestOf(BYTES);
  const file = {
    path: parseRelativePath("a"),
    url: "mem://place/a",
    version: "1",
    size: BYTES.length,
    digest,
  };
  await putImport(test.store, {
    schema: "aero/import@1",
    manifest: manifest.digest,
    origin: { url: "mem://place/", options: {} },
    inPlace: true,
    files: [file],
  }, { signal });
  const imported = new ImportedObjects(test.store, () => Promise.resolve(SOURCE));
  const stop = new AbortController();

  const first = imported.open(digest, { signal: stop.signal });
  await asked.promise;
  const second = imported.open(digest, {});
  stop.abort(new DOMException("stop", "AbortError"));
  await assert.rejects(first, { message: "stop" });
  goOn.resolve();

  assert.deepEqual(await readAll((await second)!), BYTES);
});
