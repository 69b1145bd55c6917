import assert from "node:assert/strict";
import type { GitObject, ObjectFormat, ObjectId } from "./git_object.ts";
import { ObjectReader } from "./object_reader.ts";

/** `git hash-object` of "hello\n". */
const HELLO = "ce013625030ba8dba906f756967f9e9ca394464a";

class CountingReader extends ObjectReader {
  readonly format: ObjectFormat = "sha1";
  fetched: ObjectId[] = [];

  protected async *fetch(ids: readonly ObjectId[]): AsyncIterable<GitObject> {
    for (const id of ids) {
      this.fetched.push(id);
      yield await Promise.resolve({ type: "blob", bytes: new TextEncoder().encode("hello\n") });
    }
  }
}

Deno.test("an object that is read again is not fetched again", async () => {
  const reader = new CountingReader();

  const first = await reader.readBlob(HELLO);
  const second = await reader.readBlob(HELLO);

  assert.deepEqual(second, first);
  assert.deepEqual(reader.fetched, [HELLO]);
});

Deno.test("an object that is not what its id says is not held", async () => {
  const reader = new CountingReader();
  const other = "0".repeat(40);

  await assert.rejects(reader.read(other), { code: "git_object_corrupt" });
  await assert.rejects(reader.read(other), { code: "git_object_corrupt" });

  assert.deepEqual(reader.fetched, [other, other]);
});
