import assert from "node:assert/strict";
import { digestOf } from "../format/digest_of.ts";
import { bytesBody } from "../plugin/storage.ts";
import {
  PACK_ENTRY_BYTES,
  PACK_FOOTER_BYTES,
  readPackEntries,
  readPackFooter,
  readPackIndex,
  writePackEntry,
} from "./pack_format.ts";
import { unlikePack } from "./unlike_pack.ts";
import { readAll } from "./verified_stream.ts";

const OBJECTS = [new Uint8Array([1, 2, 3]), new Uint8Array(), new Uint8Array([4])];

/** The same objects, as they lie one after another before something else. */
function entries() {
  let offset = 0;
  return OBJECTS.map((bytes) => {
    offset += bytes.length;
    return { digest: digestOf(bytes), length: bytes.length, offset: offset - bytes.length };
  });
}

Deno.test("unlikePack() holds the same objects, and is never twice the same", async () => {
  const body = bytesBody(new Uint8Array([1, 2, 3, 4, 77, 77]));

  const first = await unlikePack(body, entries());
  const second = await unlikePack(body, entries());

  const bytes = await readAll(first.body.open());
  assert.equal(digestOf(bytes), first.digest);
  assert.equal(bytes.length, first.body.size);
  const footer = bytes.subarray(-PACK_FOOTER_BYTES);
  const { dataBytes, indexBytes } = readPackFooter(footer, bytes.length, first.digest);
  const index = bytes.subarray(dataBytes, dataBytes + indexBytes);
  const read = readPackIndex(index, footer, dataBytes, first.digest);
  assert.deepEqual(read, first.entries);
  for (const { digest, offset, length } of read) {
    assert.equal(digestOf(bytes.subarray(offset, offset + length)), digest);
  }
  assert.notEqual(first.digest, second.digest);
});

Deno.test("the length of an object of 4 GiB or more is what its pack has left", () => {
  const index = new Uint8Array(2 * PACK_ENTRY_BYTES);
  writePackEntry(index, 0, digestOf(OBJECTS[0]!), 16);
  writePackEntry(index, PACK_ENTRY_BYTES, digestOf(OBJECTS[2]!), 5_000_000_000);

  assert.deepEqual(readPackEntries(index, 5_000_000_016).map(({ offset, length }) => [offset, length]), [
    [0, 16],
    [16, 5_000_000_000],
  ]);
});
