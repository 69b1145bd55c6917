import assert from "node:assert/strict";
import { multipartEtag, parseEtagList, quoteEtag, unquoteEtag } from "./etags.ts";

Deno.test("the ETag of parts is the MD5 of their MD5s, and how many they are", () => {
  // printf '' | md5sum, then `printf '<that>' | xxd -r -p | md5sum`.
  assert.equal(multipartEtag(["d41d8cd98f00b204e9800998ecf8427e"]), "59adb24ef3cdbe0297f05b395827453f-1");
});

Deno.test("quotes come and go", () => {
  assert.equal(quoteEtag("a"), '"a"');
  for (const text of ['"a"', "a", ' W/"a" ']) assert.equal(unquoteEtag(text), "a");
});

Deno.test("lists of ETags are read with quotes and without", () => {
  assert.equal(parseEtagList(" * "), "*");
  assert.deepEqual(parseEtagList('"a", W/"b,c" ,d'), ["a", "b,c", "d"]);
  assert.deepEqual(parseEtagList(""), []);
});
