import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { openRebuildable } from "./rebuildable_database.ts";

const SCHEMA = "CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY)";

async function withFile(body: (path: string) => void): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    body(`${directory}/facts.db`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function countAt(path: string): number {
  const database = openRebuildable(path, SCHEMA);
  try {
    return database.prepare("SELECT count(*) AS count FROM fact").get()!.count as number;
  } finally {
    database.close();
  }
}

Deno.test("a rebuildable file keeps what it has", () =>
  withFile((path) => {
    const first = openRebuildable(path, SCHEMA);
    first.exec("INSERT INTO fact VALUES ('one')");
    first.close();

    assert.equal(countAt(path), 1);
  }));

Deno.test("a rebuildable file that is damaged is made anew", () =>
  withFile((path) => {
    Deno.writeTextFileSync(path, "this is no database at all, and long enough to be told so".repeat(20));

    assert.equal(countAt(path), 0);
  }));

Deno.test("a rebuildable file that cannot be used now is left as it is", () =>
  withFile((path) => {
    const other = new DatabaseSync(path);
    other.exec(`${SCHEMA}; INSERT INTO fact VALUES ('one')`);
    other.close();

    assert.throws(() => openRebuildable(path, "THIS IS NOT SQL"), /syntax error/);

    assert.equal(countAt(path), 1);
  }));

Deno.test("a rebuildable file that can be neither opened nor made is told of by its name", () =>
  withFile((path) => {
    assert.throws(() => openRebuildable(`${path}/absent/facts.db`, SCHEMA), {
      code: "file_unusable",
      message: new RegExp(`${path}/absent/facts\\.db`),
    });
  }));

Deno.test("a rebuildable file whose disk is full is told of by its name, and stays", () =>
  withFile((path) => {
    openRebuildable(path, SCHEMA).close();

    assert.throws(
      () => openRebuildable(path, "PRAGMA max_page_count = 1; CREATE TABLE more AS SELECT randomblob(99999)"),
      { code: "disk_full", message: /facts\.db/ },
    );

    assert.equal(countAt(path), 0);
  }));
