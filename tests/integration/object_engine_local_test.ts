import assert from "node:assert/strict";
import { LocalStorage } from "../../plugins/storages/local/local_storage.ts";
import { bytesBody, parseStorageKey } from "../../core/plugin/storage.ts";
import { patternBytes, readAll, TestEngine } from "../support/object_engine.ts";

const S = { bucket: "shared" };

Deno.test("a bucket over a local storage shares its files, and moves large bodies into place", async () => {
  const root = await Deno.makeTempDir();
  const log = () => {};
  const variable = () => undefined;
  const context = {
    signal: new AbortController().signal,
    now: () => new Date(),
    variable,
    log,
    dataDirectory: root,
  };
  try {
    await using storage = await LocalStorage.open(root, context);
    await using t = await TestEngine.open({ storages: [{ name: "shared", owner: "ann", storage }] });
    await storage.put(parseStorageKey("a/local"), bytesBody(new TextEncoder().encode("from here")));
    const large = patternBytes(500_000);

    await t.put("a/large", large, S);
    await t.put("a/small", "small", S);
    const upload = await t.upload("a/parts", "shared");
    await t.complete(upload, [await t.part(upload, 1, large), await t.part(upload, 2, "end")]);

    assert.deepEqual(await t.keys("shared"), ["a/large", "a/local", "a/parts", "a/small"]);
    assert.equal(await t.text("a/local", S), "from here");
    assert.deepEqual(await Deno.readFile(`${root}/a/large`), large);
    assert.equal((await Deno.stat(`${root}/a/parts`)).size, 500_003);
    assert.deepEqual([...Deno.readDirSync(`${root}/staging`)], []);
    assert.deepEqual([...Deno.readDirSync(`${root}/tmp`)], []);
    const read = await readAll(await storage.get(parseStorageKey("a/small")));
    assert.equal(new TextDecoder().decode(read), "small");
    await t.engine.objects.delete({ ...S, key: "a/large" }, { owner: "ann" });
    assert.equal(await storage.stat(parseStorageKey("a/large")), undefined);
    await assert.rejects(t.put("a/small/below", "v", S), /one key would be a folder of the other/);
    await assert.rejects(t.put("tmp/x", "v", S), /kept for unfinished files/);
    await t.reopen();
    assert.deepEqual(t.files(), []);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
