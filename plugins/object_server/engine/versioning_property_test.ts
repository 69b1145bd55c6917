import assert from "node:assert/strict";
import fc from "fast-check";
import { assertEngineDirectory } from "../../../tests/support/engine_invariants.ts";
import { TestEngine } from "../../../tests/support/object_engine.ts";
import { propertyRun } from "../../../tests/support/property_seed.ts";

/** What S3 says of a bucket, in the simplest words: versions of a key, newest first. */
class ModelBucket {
  versioning: "unversioned" | "enabled" | "suspended" = "unversioned";
  readonly keys = new Map<string, ModelVersion[]>();

  put(key: string, version: ModelVersion): void {
    const others = this.#versions(key);
    this.keys.set(key, [
      version,
      ...version.id === "null" ? others.filter(({ id }) => id !== "null") : others,
    ]);
  }

  remove(key: string, id: string): void {
    const rest = this.#versions(key).filter((version) => version.id !== id);
    if (rest.length === 0) this.keys.delete(key);
    else this.keys.set(key, rest);
  }

  /** All versions: by key, newest first; the text of a marker is `undefined`. */
  all(): [string, string, string | undefined, boolean][] {
    return [...this.keys].sort(([a], [b]) => a < b ? -1 : 1).flatMap(([key, versions]) =>
      versions.map(({ id, text }, index): [string, string, string | undefined, boolean] => [
        key,
        id,
        text,
        index === 0,
      ])
    );
  }

  #versions(key: string): ModelVersion[] {
    return this.keys.get(key) ?? [];
  }
}

interface ModelVersion {
  readonly id: string;
  readonly text: string | undefined;
}

type Step =
  | { readonly does: "put"; readonly key: string; readonly size: number }
  | { readonly does: "copy"; readonly key: string; readonly to: string; readonly pick: number }
  | { readonly does: "upload"; readonly key: string; readonly parts: number }
  | { readonly does: "delete"; readonly key: string }
  | { readonly does: "remove"; readonly key: string; readonly pick: number }
  | { readonly does: "enable" | "suspend" | "reopen" };

const key = fc.constantFrom("a", "a/b", "b");
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ does: fc.constant("put" as const), key, size: fc.nat(3) }) },
  {
    weight: 3,
    arbitrary: fc.record({ does: fc.constant("copy" as const), key, to: key, pick: fc.nat(5) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant("upload" as const),
      key,
      parts: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ does: fc.constant("delete" as const), key }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant("remove" as const), key, pick: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constantFrom("enable" as const, "suspend" as const) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant("reopen" as const) }) },
);

/** Carries out a step on both, and gives the model the ids that the engine chose. */
async function carryOut(t: TestEngine, model: ModelBucket, step: Step, index: number): Promise<void> {
  const bucket = "b";
  switch (step.does) {
    case "put": {
      // Some of them are large enough to be a file.
      const text = `${index}:`.padEnd([2, 40, 70_000, 200_000][step.size]!, `${index}`);
      model.put(step.key, { id: (await t.put(step.key, text)).versionId, text });
      break;
    }
    case "copy": {
      const versions = model.keys.get(step.key) ?? [];
      const from = versions[step.pick % Math.max(1, versions.length)];
      if (from?.text === undefined) return;
      using source = await t.engine.objects.open({ bucket, key: step.key, versionId: from.id });
      const copied = await t.engine.objects.copy(source, { bucket, key: step.to, attributes: source.info });
      model.put(step.to, { id: copied.versionId, text: from.text });
      break;
    }
    case "upload": {
      const upload = await t.upload(step.key);
      const texts = Array.from(
        { length: step.parts },
        (_, part) => `${index}.${part};`.padEnd(part * 90_000, "x"),
      );
      const parts = [];
      for (const [part, text] of texts.entries()) parts.push(await t.part(upload, part + 1, text));
      const { versionId } = await t.complete(upload, parts);
      model.put(step.key, { id: versionId, text: texts.join("") });
      break;
    }
    case "delete": {
      const deleted = await t.engine.objects.delete({ bucket, key: step.key }, { owner: "ann" });
      assert.equal(deleted.deleteMarker, model.versioning !== "unversioned");
      if (model.versioning === "unversioned") model.remove(step.key, "null");
      else model.put(step.key, { id: deleted.versionId!, text: undefined });
      break;
    }
    case "remove": {
      const versions = model.keys.get(step.key) ?? [];
      const versionId = versions[step.pick % Math.max(1, versions.length)]?.id ?? "null";
      await t.engine.objects.delete({ bucket, key: step.key, versionId }, { owner: "ann" });
      model.remove(step.key, versionId);
      break;
    }
    case "enable":
    case "suspend": {
      model.versioning = step.does === "enable" ? "enabled" : "suspended";
      await t.engine.buckets.setVersioning(bucket, model.versioning);
      break;
    }
    case "reopen":
      await t.reopen();
  }
}

async function assertSame(t: TestEngine, model: ModelBucket): Promise<void> {
  const { versions } = await t.engine.objects.listVersions("b", { limit: 10_000 });
  const all = model.all();
  const shown = await Promise.all(versions.map(async (version) => [
    version.key,
    version.versionId,
    version.kind === "object" ? await t.text(version.key, { versionId: version.versionId }) : undefined,
    version.isLatest,
  ]));
  assert.deepEqual(shown, all);
  const current = all.filter(([, , text, isLatest]) => isLatest && text !== undefined);
  assert.deepEqual(await t.keys(), current.map(([key]) => key));
  assert.deepEqual(await t.engine.buckets.usage("b"), {
    objects: current.length,
    versions: all.length,
    bytes: all.reduce((sum, [, , text]) => sum + (text?.length ?? 0), 0),
  });
}

Deno.test("a bucket is what S3's words on versions make of it, whatever is done to it", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      await using t = await TestEngine.open();
      const model = new ModelBucket();
      for (const [index, step] of steps.entries()) await carryOut(t, model, step, index);

      await assertSame(t, model);
      await t.reopen();
      await assertSame(t, model);
      for await (const damage of t.engine.verify()) assert.fail(damage.why);
      await t.engine[Symbol.asyncDispose]();
      assertEngineDirectory(t.directory);
    }),
    propertyRun(20),
  );
});
