import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { exitCodeOf, failureOf } from "./error_text.ts";

Deno.test("a database on a full disk is nobody's bug", () => {
  using database = new DatabaseSync(":memory:");
  database.exec("PRAGMA max_page_count = 3; CREATE TABLE fact (name TEXT)");
  const run = () => database.exec("INSERT INTO fact VALUES (randomblob(99999))");

  assert.throws(run, (error) => {
    const failure = failureOf(error, "1.2.3");
    assert.equal(failure.code, "disk_full");
    assert.equal(exitCodeOf(failure), 4);
    return true;
  });
});

Deno.test("a database that cannot be written is nobody's bug, and a wrong statement is one", () => {
  using database = new DatabaseSync(":memory:");

  assert.throws(() => new DatabaseSync("/dev/null/facts.db"), (error) => {
    assert.equal(failureOf(error, "1.2.3").code, "file_unusable");
    return true;
  });
  assert.throws(() => database.exec("THIS IS NOT SQL"), (error) => {
    assert.equal(failureOf(error, "1.2.3").code, "bug");
    return true;
  });
});
