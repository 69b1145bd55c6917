import assert from "node:assert/strict";
import { TestEngine } from "../../../tests/support/object_engine.ts";
import type { ListOptions } from "../object_engine.ts";
import { compareKeys, endOfPrefix } from "./key_order.ts";
import { rollUp } from "./roll_up.ts";

const KEYS = [
  "a",
  "a/",
  "a/b",
  "a/b/c",
  "a/d",
  "ab",
  "b//c",
  "b/c",
  "é/1",
  "\uffff",
  "\u{10000}",
  "\u{10FFFF}/x",
];

async function filled(): Promise<TestEngine> {
  const t = await TestEngine.open();
  await Promise.all(KEYS.map((key) => t.put(key, "v")));
  return t;
}

/** What a list gives by S3's words, computed over all keys. */
function expected({ prefix = "", delimiter, after = "" }: Partial<ListOptions>): string[] {
  const names = KEYS.toSorted(compareKeys).filter((key) => key.startsWith(prefix)).flatMap((key) => {
    const at = delimiter === undefined ? -1 : key.indexOf(delimiter, prefix.length);
    return at < 0 ? [key] : [`${key.slice(0, at + delimiter!.length)} (prefix)`];
  });
  return [...new Set(names)].filter((name) => {
    if (name.endsWith(" (prefix)")) {
      return compareKeys(name.slice(0, -9), after) > 0 && !after.startsWith(name.slice(0, -9));
    }
    return compareKeys(name, after) > 0;
  });
}

async function listed(t: TestEngine, options: Partial<ListOptions>, limit: number): Promise<string[]> {
  const names: string[] = [];
  let after = options.after;
  while (true) {
    const page = await t.engine.objects.list("b", {
      ...options,
      limit,
      ...(after !== undefined && { after }),
    });
    assert.ok(page.objects.length + page.commonPrefixes.length <= limit);
    names.push(
      ...[...page.objects.map(({ key }) => key), ...page.commonPrefixes.map((prefix) => `${prefix} (prefix)`)]
        .sort((x, y) => compareKeys(x.replace(" (prefix)", ""), y.replace(" (prefix)", ""))),
    );
    if (page.next === undefined) return names;
    assert.equal(page.objects.length + page.commonPrefixes.length, limit);
    after = page.next;
  }
}

const QUERIES: readonly Partial<ListOptions>[] = [
  {},
  { delimiter: "/" },
  { prefix: "a" },
  { prefix: "a/" },
  { prefix: "a/", delimiter: "/" },
  { prefix: "a", delimiter: "/" },
  { prefix: "b/", delimiter: "/" },
  { prefix: "none" },
  { prefix: "\u{10FFFF}", delimiter: "/" },
  { delimiter: "//" },
  { delimiter: "b" },
  { after: "a/b" },
  { after: "a/b", prefix: "a/" },
  { after: "zzz" },
  { after: "\u{10FFFF}/x" },
  { after: "a/", delimiter: "/" },
  { after: "0", prefix: "b" },
  { after: "z", prefix: "b" },
];

for (const query of QUERIES) {
  Deno.test(`list() gives each name once, in byte order, on pages of any size: ${JSON.stringify(query)}`, async () => {
    await using t = await filled();

    for (const limit of [1, 2, 3, 100]) {
      assert.deepEqual(await listed(t, query, limit), expected(query), `pages of ${limit}`);
    }
  });
}

Deno.test("a limit of 0 gives an empty page with nothing after it", async () => {
  await using t = await filled();

  assert.deepEqual(await t.engine.objects.list("b", { limit: 0 }), { objects: [], commonPrefixes: [] });
});

Deno.test("a common prefix under which only deleted objects lie is not listed", async () => {
  await using t = await TestEngine.open();
  await t.engine.buckets.setVersioning("b", "enabled");
  await t.put("a/1", "v");
  await t.put("b/1", "v");
  await t.engine.objects.delete({ bucket: "b", key: "a/1" }, { owner: "ann" });

  assert.deepEqual((await t.engine.objects.list("b", { limit: 9, delimiter: "/" })).commonPrefixes, ["b/"]);
});

Deno.test("what lies under a common prefix is passed over, not read", () => {
  const keys = Array.from({ length: 100_000 }, (_, index) => `${index % 10}/${index}`).sort(compareKeys);
  let read = 0;

  const page = rollUp(
    {
      keyOf: (key: string) => key,
      fetch(position, end, count) {
        const from = "from" in position ? position.from : `${position.past}\0`;
        const first = keys.findIndex((key) => compareKeys(key, from) >= 0);
        const rows = first < 0
          ? []
          : keys.slice(first, first + count).filter((key) => end === undefined || key < end);
        read += rows.length;
        return rows;
      },
    },
    { delimiter: "/", limit: 1000 },
    undefined,
  );

  assert.equal(page.commonPrefixes.length, 10);
  assert.ok(read <= 50, `${read} rows were read`);
});

Deno.test("compareKeys() orders as the UTF-8 bytes do", () => {
  const byBytes = (a: string, b: string) => {
    const x = new TextEncoder().encode(a), y = new TextEncoder().encode(b);
    const at = x.findIndex((byte, index) => byte !== y[index]);
    return at < 0 ? x.length - y.length : at >= y.length ? 1 : x[at]! - y[at]!;
  };
  const texts = [...KEYS, "", "\ue000", "\ud7ff", "a\u{1F600}", "a\uffee", "a\u{1F601}z", "aa"];

  assert.deepEqual(texts.toSorted(compareKeys), texts.toSorted(byBytes));
});

Deno.test("endOfPrefix() is after all that begin with the prefix, and not after more", () => {
  assert.equal(endOfPrefix("a/"), "a0");
  assert.equal(endOfPrefix("a\ud7ff"), "a\ue000");
  assert.equal(endOfPrefix("a\uffff"), "a\u{10000}");
  assert.equal(endOfPrefix("a\u{10FFFF}\u{10FFFF}"), "b");
  assert.equal(endOfPrefix("\u{10FFFF}"), undefined);
  assert.equal(endOfPrefix(""), undefined);
});
