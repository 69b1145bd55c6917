import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { databaseFault } from "./database_fault.ts";

function thrownBy(work: () => void): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new assert.AssertionError({ message: "nothing was thrown" });
}

Deno.test("a database without room for more is on a full disk", () => {
  using database = new DatabaseSync(":memory:");
  database.exec("PRAGMA max_page_count = 3; CREATE TABLE fact (name TEXT)");

  assert.equal(
    databaseFault(thrownBy(() => database.exec("INSERT INTO fact VALUES (randomblob(99999))"))),
    "full",
  );
});

Deno.test("a database that cannot be opened or written is unusable", async () => {
  const directory = await Deno.makeTempDir();
  try {
    assert.equal(databaseFault(thrownBy(() => new DatabaseSync(`${directory}/absent/facts.db`))), "unusable");
    new DatabaseSync(`${directory}/facts.db`).close();
    using database = new DatabaseSync(`${directory}/facts.db`, { readOnly: true });
    assert.equal(databaseFault(thrownBy(() => database.exec("CREATE TABLE fact (name TEXT)"))), "unusable");
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("a wrong statement, and what is not SQLite's, say nothing of a disk", () => {
  using database = new DatabaseSync(":memory:");

  assert.equal(databaseFault(thrownBy(() => database.exec("THIS IS NOT SQL"))), undefined);
  assert.equal(databaseFault(new Error("database or disk is full")), undefined);
  assert.equal(databaseFault("database or disk is full"), undefined);
});
