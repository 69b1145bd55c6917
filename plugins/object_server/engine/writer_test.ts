import assert from "node:assert/strict";
import type { NewBody } from "./mutation.ts";
import { attributesOf, patternBytes } from "../../../tests/support/object_engine.ts";
import { checksOf } from "./body_blocks.ts";
import { openForWriting } from "./schema.ts";
import { Writer } from "./writer.ts";

const AT = Date.UTC(2030, 0, 1);

function put(key: string, bytes: Uint8Array) {
  const fresh: NewBody = { size: bytes.length, checks: checksOf(bytes), bytes };
  const attributes = attributesOf({ etag: key });
  return { does: "put_object", put: { bucket: "b", key, attributes }, source: { fresh }, at: AT } as const;
}

Deno.test("a full disk refuses what does not fit, keeps what does, and goes on when there is room again", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const database = openForWriting(`${directory}/engine.db`);
    using writer = new Writer(database);
    writer.apply([
      { does: "create_bucket", name: "b", owner: "ann", objectLock: false, holds: "objects", at: AT },
    ]);
    const { page_count: pages } = database.get("PRAGMA page_count")!;
    database.exec(`PRAGMA max_page_count = ${Number(pages) + 8}`);

    const outcomes = writer.apply([
      put("small", patternBytes(10)),
      put("large", patternBytes(60_000)),
      put("small2", patternBytes(10)),
    ]);
    database.exec("PRAGMA max_page_count = 100000");
    const later = writer.apply([put("large", patternBytes(60_000))]);

    assert.deepEqual(outcomes.map((outcome) => outcome.ok || outcome.code), [true, "full", true]);
    assert.deepEqual(later.map((outcome) => outcome.ok), [true]);
    assert.deepEqual(database.all("SELECT key FROM current ORDER BY key").map((row) => row.key), [
      "large",
      "small",
      "small2",
    ]);
    assert.equal(database.get("SELECT count(*) AS n FROM body")!.n, 3);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("a mutation that cannot be understood fails alone, as a bug", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const database = openForWriting(`${directory}/engine.db`);
    using writer = new Writer(database);
    const create = {
      does: "create_bucket",
      owner: "ann",
      objectLock: false,
      holds: "objects",
      at: AT,
    } as const;

    const outcomes = writer.apply([
      { ...create, name: "a" },
      { ...create, name: { not: "a name" } as unknown as string },
      { ...create, name: "b" },
    ]);

    assert.deepEqual(outcomes.map((outcome) => outcome.ok || outcome.code), [true, "bug", true]);
    assert.deepEqual(database.all("SELECT name FROM bucket ORDER BY name").map((row) => row.name), [
      "a",
      "b",
    ]);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
