import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { patternBytes, TestEngine } from "../../../tests/support/object_engine.ts";
import { BLOCK_BYTES } from "./body_blocks.ts";
import { ObjectEngineError } from "./engine_error.ts";
import { openObjectEngine } from "./open_engine.ts";

const corrupt = (error: unknown) =>
  error instanceof ObjectEngineError && error.code === "corrupt" ||
  assert.fail(`expected corrupt, got ${error}`);

const K = { bucket: "b", key: "k" };

/** An engine with one object in a file, and the path of that file. */
async function withFile(): Promise<{ t: TestEngine; path: string; bytes: Uint8Array }> {
  const t = await TestEngine.open();
  const bytes = patternBytes(BLOCK_BYTES * 3);
  await t.put("k", bytes);
  const [file] = t.files();
  return { t, path: `${t.directory}/bodies/${file!.slice(0, 2)}/${file}`, bytes };
}

async function damages(t: TestEngine) {
  const found = [];
  for await (const damage of t.engine.verify()) found.push(damage);
  return found;
}

const DAMAGE: readonly [string, (path: string) => void][] = [
  ["missing", (path) => Deno.removeSync(path)],
  ["short", (path) => Deno.truncateSync(path, BLOCK_BYTES * 3 - 1)],
  ["wrong in one byte", (path) => {
    using file = Deno.openSync(path, { write: true });
    file.seekSync(BLOCK_BYTES * 2 + 9, Deno.SeekMode.Start);
    file.writeSync(new Uint8Array([0x5a ^ 0xff]));
  }],
];

for (const [what, damage] of DAMAGE) {
  Deno.test(`a body whose file is ${what} is an error, never wrong bytes, and verify() names its object`, async () => {
    const { t, path } = await withFile();
    await using _ = t;
    assert.deepEqual(await damages(t), []);

    damage(path);

    await assert.rejects(t.bytes(K), corrupt);
    await assert.rejects(t.bytes(K, { offset: BLOCK_BYTES * 2, length: 1 }), corrupt);
    const [found, ...rest] = await damages(t);
    assert.deepEqual(rest, []);
    assert.deepEqual(found!.neededBy, [{ ...K, id: "null" }]);
    assert.equal(`${t.directory}/${found!.file}`, path);
  });
}

Deno.test("blocks before a wrong one are read, and none after it", async () => {
  const { t, path, bytes } = await withFile();
  await using _ = t;
  DAMAGE[2]![1](path);

  const read = await t.bytes(K, { offset: 5, length: BLOCK_BYTES });

  assert.deepEqual(read, bytes.slice(5, BLOCK_BYTES + 5));
});

Deno.test("a body in the database that is not what was stored is an error, and verify() names its object", async () => {
  await using t = await TestEngine.open();
  await t.put("k", "right");
  await t.engine[Symbol.asyncDispose]();
  const database = new DatabaseSync(`${t.directory}/engine.db`);
  database.exec("UPDATE body_bytes SET bytes = x'7772306e67'");
  database.close();
  t.engine = await openObjectEngine({ directory: t.directory, now: () => new Date() });

  await assert.rejects(t.bytes(K), corrupt);
  assert.deepEqual((await damages(t)).map((damage) => damage.neededBy), [[{ ...K, id: "null" }]]);
});

Deno.test("verify() names parts of uploads and of objects", async () => {
  await using t = await TestEngine.open();
  const upload = await t.upload("k");
  const part = await t.part(upload, 1, patternBytes(BLOCK_BYTES * 2));
  const [file] = t.files();
  Deno.removeSync(`${t.directory}/bodies/${file!.slice(0, 2)}/${file}`);

  assert.deepEqual((await damages(t))[0]!.neededBy, [upload].map(({ uploadId }) => ({ ...K, id: uploadId })));
  await t.complete(upload, [part]);
  assert.deepEqual((await damages(t))[0]!.neededBy, [{ ...K, id: "null" }]);
});

Deno.test("a file that was written and never committed is removed when the directory is opened again", async () => {
  await using t = await TestEngine.open();
  await t.engine[Symbol.asyncDispose]();
  Deno.writeFileSync(`${t.directory}/incoming/${"a".repeat(32)}`, patternBytes(10));

  t.engine = await openObjectEngine({ directory: t.directory, now: () => new Date() });

  assert.deepEqual(t.files(), []);
});

Deno.test("a file that was committed and not yet moved is read, and moved when the directory is opened again", async () => {
  const { t, path, bytes } = await withFile();
  await using _ = t;
  const incoming = `${t.directory}/incoming/${path.slice(path.lastIndexOf("/") + 1)}`;
  Deno.renameSync(path, incoming);

  assert.deepEqual(await t.bytes(K), bytes);
  await t.reopen();

  assert.ok(Deno.statSync(path).isFile);
  assert.deepEqual(await t.bytes(K), bytes);
});

Deno.test("a body that lost its last reference before a crash is removed when the directory is opened again", async () => {
  const { t } = await withFile();
  await using _ = t;
  await t.engine[Symbol.asyncDispose]();
  const database = new DatabaseSync(`${t.directory}/engine.db`);
  database.exec("DELETE FROM current; UPDATE body SET refs = 0");
  database.close();

  t.engine = await openObjectEngine({ directory: t.directory, now: () => new Date() });

  assert.deepEqual(t.files(), []);
});

Deno.test("a directory of a newer format is refused", async () => {
  await using t = await TestEngine.open();
  await t.engine[Symbol.asyncDispose]();
  const database = new DatabaseSync(`${t.directory}/engine.db`);
  database.exec("PRAGMA user_version = 99");
  database.close();

  await assert.rejects(
    openObjectEngine({ directory: t.directory, now: () => new Date() }),
    (error) => error instanceof ObjectEngineError && error.code === "unavailable" && /99/.test(error.message),
  );

  const again = new DatabaseSync(`${t.directory}/engine.db`);
  again.exec("PRAGMA user_version = 1");
  again.close();
  t.engine = await openObjectEngine({ directory: t.directory, now: () => new Date() });
});

Deno.test("nobody else may read the database, which holds the secrets of access keys", {
  ignore: Deno.build.os === "windows",
}, async () => {
  await using t = await TestEngine.open();

  for (const name of ["engine.db", "engine.db-wal", "engine.db-shm"]) {
    assert.equal(Deno.statSync(`${t.directory}/${name}`).mode! & 0o777, 0o600, name);
  }
});

Deno.test("a directory whose database is gone is refused, and its bodies stay", async () => {
  const { t, path } = await withFile();
  await using _ = t;
  await t.engine[Symbol.asyncDispose]();
  Deno.renameSync(`${t.directory}/engine.db`, `${t.directory}/kept`);

  await assert.rejects(openObjectEngine({ directory: t.directory, now: () => new Date() }), corrupt);

  assert.ok(Deno.statSync(path).isFile);
  Deno.renameSync(`${t.directory}/kept`, `${t.directory}/engine.db`);
  t.engine = await openObjectEngine({ directory: t.directory, now: () => new Date() });
  assert.deepEqual(await t.keys(), ["k"]);
});

Deno.test("a database that was damaged is an error of its own, never an empty bucket", async () => {
  await using t = await TestEngine.open();
  for (let index = 0; index < 200; index++) await t.put(`key${index}`, "v".repeat(100));
  await t.engine[Symbol.asyncDispose]();
  const file = `${t.directory}/engine.db`;
  assert.throws(
    () => Deno.statSync(`${file}-wal`),
    Deno.errors.NotFound,
    "the log was taken into the database",
  );
  const good = Deno.readFileSync(file);
  const bad = good.slice();
  // All pages but the first, which holds the schema.
  bad.fill(0xa5, 4096);
  Deno.writeFileSync(file, bad);

  await assert.rejects(
    async () => {
      await using engine = await openObjectEngine({ directory: t.directory, now: () => new Date() });
      await engine.objects.list("b", { limit: 1000 });
    },
    corrupt,
  );

  Deno.writeFileSync(file, good);
  t.engine = await openObjectEngine({ directory: t.directory, now: () => new Date() });
  assert.equal((await t.keys()).length, 200);
});
