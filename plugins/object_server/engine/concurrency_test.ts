import assert from "node:assert/strict";
import { assertEngineDirectory } from "../../../tests/support/engine_invariants.ts";
import { attributesOf, patternBytes, readAll, TestEngine } from "../../../tests/support/object_engine.ts";
import { seededRandom } from "../../../tests/support/seeded_random.ts";
import { propertyRun } from "../../../tests/support/property_seed.ts";
import { ObjectEngineError } from "./engine_error.ts";

const SIZES = [0, 10, 70_000, 200_000];

/** One thing that a client may do, on keys that all share. The etag of each object says what its bytes are. */
async function anything(t: TestEngine, random: (bound: number) => number): Promise<void> {
  const key = `k${random(3)}`, seed = random(1000), size = SIZES[random(SIZES.length)]!;
  const { objects, buckets } = t.engine;
  switch (random(7)) {
    case 0:
    case 1: {
      await t.put(key, patternBytes(size, seed), { etag: `${seed} ${size}` });
      return;
    }
    case 2: {
      using source = await objects.open({ bucket: "b", key });
      const { etag } = source.info;
      await objects.copy(source, { bucket: "b", key: `k${random(3)}`, attributes: attributesOf({ etag }) });
      return;
    }
    case 3: {
      const upload = await t.upload(key);
      await using write = await t.engine.beginWrite("b");
      await write.append(patternBytes(size, seed));
      await write.commitPart({ ...upload, number: 1, etag: "part", checksums: [] });
      if (random(4) === 0) return await t.engine.uploads.abort(upload);
      await t.engine.uploads.complete(upload, {
        parts: [{ number: 1, etag: "part" }],
        summarize: () => ({ etag: `${seed} ${size}`, checksums: [] }),
      });
      return;
    }
    case 4: {
      await objects.delete({ bucket: "b", key }, { owner: "ann" });
      return;
    }
    case 5: {
      const { versions } = await objects.listVersions("b", { prefix: key, limit: 20 });
      const version = versions[random(Math.max(1, versions.length))];
      if (version === undefined) return;
      await objects.delete({ bucket: "b", key, versionId: version.versionId }, { owner: "ann" });
      return;
    }
    case 6: {
      if (random(3) === 0) await buckets.setVersioning("b", random(2) === 0 ? "enabled" : "suspended");
      using object = await objects.open({ bucket: "b", key });
      assertRight(object.info.etag, await readAll(object.read()));
    }
  }
}

function assertRight(etag: string, bytes: Uint8Array): void {
  const [seed, size] = etag.split(" ").map(Number) as [number, number];
  assert.equal(bytes.length, size);
  const expected = patternBytes(size, seed);
  assert.ok(bytes.every((byte, index) => byte === expected[index]), `bytes of ${etag}`);
}

Deno.test("whatever clients do at once on the same keys, what is kept is whole and counted right", async () => {
  await using t = await TestEngine.open();
  const { seed } = propertyRun();
  const client = async (index: number) => {
    const next = seededRandom(seed + index);
    const random = (bound: number) => Math.floor(next() * bound);
    for (let step = 0; step < 40; step++) {
      await anything(t, random).catch((error) => {
        // What was looked up may have gone before it was opened, or be a marker by then.
        const gone = ["no_such_key", "no_such_version", "is_delete_marker"];
        if (!(error instanceof ObjectEngineError) || !gone.includes(error.code)) throw error;
      });
    }
  };

  await Promise.all(Array.from({ length: 24 }, (_, index) => client(index)));

  const { versions } = await t.engine.objects.listVersions("b", { limit: 10_000 });
  for (const version of versions) {
    if (version.kind === "delete_marker") continue;
    const { key, versionId, etag } = version;
    assertRight(etag, await t.bytes({ bucket: "b", key, versionId }));
  }
  assert.ok(versions.length > 0);
  await t.engine[Symbol.asyncDispose]();
  assertEngineDirectory(t.directory);
});
