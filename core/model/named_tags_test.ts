import assert from "node:assert/strict";
import { knownCommit, namedTags, tagWord } from "./named_tags.ts";

Deno.test("tags are true, and those of an imported run what they were", () => {
  const imported = { tags: { owner: "mira", n: 1 } } as never;

  assert.deepEqual(namedTags({ tags: ["a", "b=c"] }), { a: true, "b=c": true });
  assert.deepEqual(namedTags({ tags: ["owner=mira", "n=1"], imported }), { owner: "mira", n: 1 });
});

Deno.test("a tag that says nothing is its name alone", () => {
  const words = [true, "", "mira", "true", 3, null].map((value) => tagWord("a", value));

  assert.deepEqual(words, ["a", "a", "a=mira", "a=true", "a=3", "a=null"]);
});

Deno.test("zeros are no commit", () => {
  assert.equal(knownCommit("0".repeat(40)), undefined);
  assert.equal(knownCommit("0a".repeat(20)), "0a".repeat(20));
});
