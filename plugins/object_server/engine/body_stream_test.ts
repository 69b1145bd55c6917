import { Buffer } from "node:buffer";
import assert from "node:assert/strict";
import { BLOCK_BYTES, BlockChecks } from "./body_blocks.ts";
import { BodyFiles } from "./body_files.ts";
import { type BodySource, readPieces } from "./body_stream.ts";

/** A body of blocks of zeros whose file fails to give the block of a number. */
function bodyThatFailsAt(failing: number, blocks: number): { source: BodySource; closed: () => boolean } {
  const checks = new BlockChecks();
  for (let i = 0; i < blocks; i++) checks.add(new Uint8Array(BLOCK_BYTES));
  let next = 0;
  let closed = false;
  const file = {
    read(into: Uint8Array) {
      if (closed) throw new TypeError("read after close");
      return next++ === failing ? Promise.reject(new Error("EIO")) : Promise.resolve(into.length);
    },
    [Symbol.dispose]: () => void (closed = true),
  };
  const row = { size: blocks * BLOCK_BYTES, checks: checks.bytes(), file: "id" };
  const source = {
    database: { get: () => row },
    files: { open: () => Promise.resolve(file), relativePath: (id: string) => id },
  };
  return { source: source as unknown as BodySource, closed: () => closed };
}

const whole = (blocks: number) => [{ body: 1, offset: 0, length: blocks * BLOCK_BYTES }];

Deno.test("a block that cannot be read fails the reader in its turn, however long that takes", async () => {
  const { source, closed } = bodyThatFailsAt(1, 3);
  const pieces = readPieces(source, whole(3));

  assert.equal((await pieces.next()).value?.length, BLOCK_BYTES);
  // Time for the block that is read ahead to fail.
  await new Promise((resolve) => setTimeout(resolve, 0));
  await assert.rejects(pieces.next(), /EIO/);
  assert(closed());
});

Deno.test("a reader who goes while a block is read ahead leaves nothing open", async () => {
  const { source, closed } = bodyThatFailsAt(1, 3);
  const pieces = readPieces(source, whole(3));
  await pieces.next();

  await pieces.return(undefined);

  assert(closed());
});

/** A body in a file of these bytes, which are held to the checksums of `stored`. */
async function bodyInFile(
  stored: Uint8Array,
  found = stored,
): Promise<{ source: BodySource } & AsyncDisposable> {
  const directory = await Deno.makeTempDir();
  BodyFiles.prepare(directory, `${directory}/none`);
  await Deno.writeFile(`${directory}/incoming/id`, found);
  const checks = new BlockChecks();
  for (let at = 0; at < stored.length; at += BLOCK_BYTES) checks.add(stored.subarray(at, at + BLOCK_BYTES));
  const row = { size: stored.length, checks: checks.bytes(), file: "id" };
  return {
    source: { database: { get: () => row }, files: new BodyFiles(directory) } as unknown as BodySource,
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}

const bytesOf = (size: number) => Uint8Array.from({ length: size }, (_, i) => (i * 31 + (i >> 16)) & 255);

Deno.test("lent bytes are those of the stretch that was asked for, wherever it begins and ends", async () => {
  const stored = bytesOf(20 * BLOCK_BYTES + 77);
  await using body = await bodyInFile(stored);
  for (
    const [offset, length] of [
      [0, stored.length],
      [1, stored.length - 1],
      [BLOCK_BYTES - 1, 8 * BLOCK_BYTES + 2],
      [3 * BLOCK_BYTES, 16 * BLOCK_BYTES],
      [20 * BLOCK_BYTES - 5, 82],
    ] as const
  ) {
    const found = new Uint8Array(length);
    let at = 0;
    for await (const bytes of readPieces(body.source, [{ body: 1, offset, length }], true)) {
      found.set(bytes, at);
      at += bytes.length;
    }
    assert.equal(at, length);
    assert(Buffer.from(found).equals(stored.subarray(offset, offset + length)), `${offset}+${length}`);
  }
});

Deno.test("more readers than there are buffers to lend get what was stored, each its own", async () => {
  const stored = bytesOf(20 * BLOCK_BYTES);
  await using body = await bodyInFile(stored);
  const whole = [{ body: 1, offset: 0, length: stored.length }];
  const readers = Array.from({ length: 40 }, () => ({ pieces: readPieces(body.source, whole, true), at: 0 }));
  for (let open = readers.length; open > 0;) {
    for (const reader of readers.filter(({ at }) => at < stored.length)) {
      const { value } = await reader.pieces.next();
      assert(Buffer.from(value!).equals(stored.subarray(reader.at, reader.at + value!.length)));
      reader.at += value!.length;
      if (reader.at < stored.length) continue;
      assert.equal((await reader.pieces.next()).done, true);
      open--;
    }
  }
});

Deno.test("of lent bytes a wrong block is never given, and the whole ones before it are", async () => {
  const stored = bytesOf(20 * BLOCK_BYTES);
  const found = stored.slice();
  found[11 * BLOCK_BYTES + 3]! ^= 1;
  await using body = await bodyInFile(stored, found);
  const pieces = readPieces(body.source, [{ body: 1, offset: 0, length: stored.length }], true);
  let given = 0;
  await assert.rejects(async () => {
    for await (const bytes of pieces) given += bytes.length;
  }, /is not what was stored/);
  assert.equal(given, 11 * BLOCK_BYTES);
});
