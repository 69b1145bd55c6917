import assert from "node:assert/strict";
import { foldLogged, shownNote } from "./logged.ts";

Deno.test("foldLogged() lets the last say of each param, tag and note", () => {
  const folded = foldLogged([
    { params: { lr: 0.1, model: { depth: 3, use: "tree" } }, tags: { owner: "mira" }, note: "first" },
    { params: { lr: 0.2, model: { depth: 4 } }, tags: { owner: "kai" }, note: "second" },
    {},
  ]);

  assert.deepEqual(folded, {
    params: { lr: 0.2, model: { depth: 4 } },
    tags: { owner: "kai" },
    note: "second",
    inputs: [],
  });
});

Deno.test("foldLogged() leaves out a removed tag, unless it was given again", () => {
  const folded = foldLogged([
    { tags: { a: "1", b: "1", never: null } },
    { tags: { a: null, b: null } },
    { tags: { b: "2" } },
  ]);

  assert.deepEqual(folded?.tags, { b: "2" });
});

Deno.test("foldLogged() has each input once, in the order of the first", () => {
  const folded = foldLogged([
    { inputs: [{ name: "b", digest: "1" }, { name: "a" }] },
    { inputs: [{ name: "b", digest: "2" }, { digest: "1", name: "b" }, { name: "a", url: "s3://a" }] },
  ]);

  assert.deepEqual(folded?.inputs, [
    { name: "b", digest: "1" },
    { name: "a" },
    { name: "b", digest: "2" },
    { name: "a", url: "s3://a" },
  ]);
});

Deno.test("foldLogged() of nothing, and of what was taken back, is none", () => {
  assert.equal(foldLogged([]), undefined);
  assert.equal(foldLogged([{}, { params: {}, tags: {}, inputs: [] }]), undefined);
  assert.equal(foldLogged([{ note: "x", tags: { a: "1" } }, { note: "", tags: { a: null } }]), undefined);
});

Deno.test("foldLogged() keeps names that objects of JavaScript have of their own", () => {
  const said = JSON.parse('{"params":{"__proto__":1,"constructor":2},"tags":{"__proto__":"x"}}');

  const folded = foldLogged([said])!;

  assert.deepEqual(Object.entries(folded.params), [["__proto__", 1], ["constructor", 2]]);
  assert.deepEqual(Object.entries(folded.tags), [["__proto__", "x"]]);
});

Deno.test("shownNote() has what a person said above what the program said", () => {
  assert.equal(shownNote("own", "said"), "own\n\nsaid");
  assert.equal(shownNote("own", "own, and more"), "own, and more");
  assert.equal(shownNote("own"), "own");
  assert.equal(shownNote("own", ""), "own");
  assert.equal(shownNote(undefined, "said"), "said");
  assert.equal(shownNote(), "");
});
