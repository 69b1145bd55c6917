import assert from "node:assert/strict";
import { TestEngine } from "../../../tests/support/object_engine.ts";
import { ObjectEngineError } from "./engine_error.ts";

const name = (key: string) => ({ bucket: "b", key });
const code = (expected: string) => (error: unknown) =>
  error instanceof ObjectEngineError && error.code === expected ||
  assert.fail(`expected ${expected}, got ${error}`);

const REFUSED_PUTS = [
  ["If-None-Match: * over an object", "there", { ifNoneMatch: "*" }, "precondition_failed"],
  ["If-None-Match with its etag", "there", { ifNoneMatch: ["x", "there"] }, "precondition_failed"],
  ["If-Match with another etag", "there", { ifMatch: ["x"] }, "precondition_failed"],
  ["If-Match: * where nothing is", undefined, { ifMatch: "*" }, "no_such_key"],
  ["If-Match where nothing is", undefined, { ifMatch: ["x"] }, "no_such_key"],
  ["another size", "there", { ifMatchSize: 4 }, "precondition_failed"],
  ["another time", "there", { ifMatchModifiedAt: 0 }, "precondition_failed"],
] as const;

for (const [what, there, precondition, expected] of REFUSED_PUTS) {
  Deno.test(`a put with ${what} is refused and changes nothing`, async () => {
    await using t = await TestEngine.open();
    if (there !== undefined) await t.put("k", there);

    await assert.rejects(t.put("k", "new", { precondition }), code(expected));

    assert.deepEqual(await t.keys(), there === undefined ? [] : ["k"]);
    if (there !== undefined) assert.equal(await t.text("k"), there);
  });
}

Deno.test("a put whose precondition holds replaces the object", async () => {
  await using t = await TestEngine.open();
  const holding = [
    { ifNoneMatch: "*" },
    { ifMatch: ["v0"] },
    { ifMatch: "*" },
    { ifNoneMatch: ["other"] },
    { ifMatchSize: 2 },
    { ifMatchModifiedAt: t.now + 999 },
  ] as const;

  for (const [index, precondition] of holding.entries()) await t.put("k", `v${index}`, { precondition });

  assert.equal(await t.text("k"), "v5");
});

Deno.test("of many writers at once with If-None-Match: * exactly one wins", async () => {
  await using t = await TestEngine.open();

  const results = await Promise.allSettled(
    Array.from({ length: 40 }, (_, index) => t.put("k", `w${index}`, { precondition: { ifNoneMatch: "*" } })),
  );

  const won = results.flatMap((result, index) => result.status === "fulfilled" ? [index] : []);
  assert.equal(won.length, 1);
  assert.equal(await t.text("k"), `w${won[0]}`);
});

Deno.test("a delete with a precondition removes the object only if it holds, and passes where nothing is", async () => {
  await using t = await TestEngine.open();
  const remove = (precondition: object) => t.engine.objects.delete(name("k"), { owner: "ann", precondition });
  assert.deepEqual(await remove({ ifMatch: ["x"] }), { deleteMarker: false });
  await t.put("k", "v");

  await assert.rejects(remove({ ifMatch: ["x"] }), code("precondition_failed"));
  await assert.rejects(remove({ ifMatchSize: 7 }), code("precondition_failed"));
  await assert.rejects(remove({ ifMatchModifiedAt: 0 }), code("precondition_failed"));
  assert.deepEqual(await t.keys(), ["k"]);
  await remove({ ifMatch: ["v"], ifMatchSize: 1, ifMatchModifiedAt: t.now });

  assert.deepEqual(await t.keys(), []);
});
