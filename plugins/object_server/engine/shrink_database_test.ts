import assert from "node:assert/strict";
import { TestEngine } from "../../../tests/support/object_engine.ts";
import { DATABASE_NAME } from "./open_engine.ts";
import { openForWriting } from "./schema.ts";
import { isWorthShrinking, shrinkDatabase } from "./shrink_database.ts";

const MIB = 1024 * 1024;

const CASES: readonly [string, number, number, boolean][] = [
  ["64 MiB free, and nothing else", 0, 64 * MIB, true],
  ["a little less free", 0, 64 * MIB - 1, false],
  ["half free", 500 * MIB, 500 * MIB, true],
  ["less than half free", 500 * MIB, 499 * MIB, false],
  ["too much to write anew", 1024 * MIB + 1, 9000 * MIB, false],
];
for (const [what, kept, free, worth] of CASES) {
  Deno.test(`a database with ${what} is ${worth ? "shrunk" : "left"}`, () => {
    assert.equal(isWorthShrinking({ kept, free }), worth);
  });
}

Deno.test("a database that is shrunk gives its free space back, and has what it had", async () => {
  await using t = await TestEngine.open();
  const body = "x".repeat(60_000);
  for (let i = 0; i < 20; i++) await t.put(`k${i}`, body);
  for (let i = 0; i < 19; i++) await t.engine.objects.delete({ bucket: "b", key: `k${i}` }, { owner: "ann" });
  // Closing waits until what nothing refers to is gone.
  await t.reopen();
  const path = `${t.directory}/${DATABASE_NAME}`;
  {
    using database = openForWriting(path);
    const before = Deno.statSync(path).size;

    assert.equal(shrinkDatabase(database, () => false), false);
    assert.equal(shrinkDatabase(database, ({ free, kept }) => free > kept), true);

    assert.ok(Deno.statSync(path).size < before / 3);
    assert.equal(shrinkDatabase(database, ({ free, kept }) => free > kept), false);
  }
  assert.equal(await t.text("k19"), body);
});
