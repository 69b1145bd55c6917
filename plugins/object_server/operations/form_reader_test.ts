import assert from "node:assert/strict";
import { FormReader } from "./form_reader.ts";

const FORM = [
  "--edge",
  'Content-Disposition: form-data; name="key"',
  "",
  "folder/name",
  "--edge",
  'Content-Disposition: form-data; name="file"; filename="C:\\\\kept\\\\photo.jpg"',
  "Content-Type: image/jpeg",
  "",
  "bytes with \r\n--edg in them",
  "--edge--",
  "",
].join("\r\n");

/** Gives a text in pieces of so many bytes. */
function piecesOf(text: string, size: number): () => Promise<Uint8Array | undefined> {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  return () => Promise.resolve(at < bytes.length ? bytes.subarray(at, at += size) : undefined);
}

for (const size of [1, 2, 7, 1000]) {
  Deno.test(`a form that comes ${size} bytes at a time is read part by part`, async () => {
    const reader = new FormReader("edge", piecesOf(FORM, size));

    assert.deepEqual(await reader.next(), { name: "key" });
    assert.equal(await reader.readText(100), "folder/name");
    assert.deepEqual(await reader.next(), { name: "file", fileName: "photo.jpg" });
    assert.equal(await reader.readText(100), "bytes with \r\n--edg in them");
    assert.equal(await reader.next(), undefined);
  });
}

Deno.test("next() passes over what was not read of a part", async () => {
  const reader = new FormReader("edge", piecesOf(FORM, 5));

  assert.deepEqual(await reader.next(), { name: "key" });
  assert.deepEqual((await reader.next())?.name, "file");
  assert.equal(await reader.next(), undefined);
});

Deno.test("a form without its last boundary, or without its first, is refused", async () => {
  const cut = new FormReader("edge", piecesOf(FORM.replace("--edge--", ""), 50));
  await cut.next();
  await cut.next();
  await assert.rejects(cut.next(), { code: "IncompleteBody" });
  await assert.rejects(new FormReader("other", piecesOf(FORM, 50)).next(), { code: "MalformedPOSTRequest" });
});
