import assert from "node:assert/strict";
import { BLOCK_BYTES, BlockChecks } from "./body_blocks.ts";
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
